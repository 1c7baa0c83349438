type Keys = { readonly Keys: readonly unknown[] };
type BatchGetInput = { readonly RequestItems?: Readonly<Record<string, Keys>> };
type BatchGetOutput = { readonly Responses: Readonly<Record<string, readonly unknown[]>> };

const MAX_GAP_MS = 1_500;

/** Whether the call reads several items of one table. */
export const isTearable = (operation: string, input: unknown): boolean =>
  operation === 'BatchGetItem' &&
  Object.values((input as BatchGetInput).RequestItems ?? {}).some(({ Keys }) => Keys.length > 1);

/** Reads the items of a batch in two halves with time between them. DynamoDB may read them at different moments, in any order. */
export const tornRead = async (
  input: unknown,
  force: number,
  {
    proceed,
    sleep,
  }: {
    readonly proceed: (input: unknown) => Promise<unknown>;
    readonly sleep: (ms: number) => Promise<void>;
  },
): Promise<unknown> => {
  const [[table, { Keys, ...rest }] = ['', { Keys: [] }]] = Object.entries((input as BatchGetInput).RequestItems ?? {});
  const first = Math.floor(force * Keys.length);
  const rotated = [...Keys.slice(first), ...Keys.slice(0, first)];
  const read = async (Keys: readonly unknown[]) =>
    ((await proceed({ RequestItems: { [table]: { ...rest, Keys } } })) as BatchGetOutput).Responses[table] ?? [];
  const half = Math.ceil(rotated.length / 2);
  const before = await read(rotated.slice(0, half));
  await sleep(Math.ceil(force * MAX_GAP_MS));
  return { Responses: { [table]: [...before, ...(await read(rotated.slice(half)))] }, UnprocessedKeys: {} };
};

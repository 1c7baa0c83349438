type Keys = { readonly Keys: readonly unknown[] };
type Asked = { readonly RequestItems?: Readonly<Record<string, Keys>> };
type Answer = { readonly Responses: Readonly<Record<string, readonly unknown[]>> };

const LONGEST_GAP_MS = 1_500;

/** Whether a read is of several items of one table. */
export const tearable = (operation: string, asked: unknown): boolean =>
  operation === 'BatchGetItem' &&
  Object.values((asked as Asked).RequestItems ?? {}).some(({ Keys }) => Keys.length > 1);

/** DynamoDB reads the items of a batch one by one, in any order: here half of them, then the others some time later. */
export const torn = async (
  asked: unknown,
  force: number,
  act: (input: unknown) => Promise<unknown>,
  sleep: (ms: number) => Promise<void>,
): Promise<unknown> => {
  const [[table, { Keys, ...rest }] = ['', { Keys: [] }]] = Object.entries((asked as Asked).RequestItems ?? {});
  const first = Math.floor(force * Keys.length);
  const turned = [...Keys.slice(first), ...Keys.slice(0, first)];
  const read = async (Keys: readonly unknown[]) =>
    ((await act({ RequestItems: { [table]: { ...rest, Keys } } })) as Answer).Responses[table] ?? [];
  const half = Math.ceil(turned.length / 2);
  const before = await read(turned.slice(0, half));
  await sleep(Math.ceil(force * LONGEST_GAP_MS));
  return { Responses: { [table]: [...before, ...(await read(turned.slice(half)))] }, UnprocessedKeys: {} };
};

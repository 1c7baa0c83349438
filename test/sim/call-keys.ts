type KeyAttributes = { readonly pk?: { readonly S?: string } };
type WriteInput = { readonly Key?: KeyAttributes; readonly Item?: KeyAttributes };
/** What calls of the table, the bus and Step Functions are given, as far as the simulator reads it. */
export type CallInput = WriteInput & {
  readonly TransactItems?: readonly Readonly<Record<string, WriteInput>>[];
  readonly RequestItems?: Readonly<Record<string, { readonly Keys?: readonly KeyAttributes[] }>>;
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeValues?: Readonly<Record<string, { readonly S?: string }>>;
  readonly Entries?: readonly { readonly DetailType?: string }[];
  readonly name?: string;
};

const isKey = (text: string | undefined): text is string => text?.includes('#') === true;

/** A sort key may look like a partition key, because a client's cursor decides what it is. */
const queriedKey = ({ KeyConditionExpression = '', ExpressionAttributeValues = {} }: CallInput) => {
  const [, name = ''] = /\w*pk = (:\w+)/i.exec(KeyConditionExpression) ?? [];
  return ExpressionAttributeValues[name]?.S;
};

/** The partition keys that a call of the table names. */
export const keysOf = (operation: string, callInput: unknown): string[] => {
  const input = callInput as CallInput;
  const writes = [input, ...(input.TransactItems ?? []).flatMap((part) => Object.values(part))];
  const batchKeys = Object.values(input.RequestItems ?? {}).flatMap(({ Keys = [] }) => Keys);
  const written = writes.flatMap(({ Key, Item }) => [Key?.pk?.S, Item?.pk?.S]);
  return [
    ...written,
    ...batchKeys.map(({ pk }) => pk?.S),
    ...(operation === 'Query' ? [queriedKey(input)] : []),
  ].filter(isKey);
};

import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { StreamRecord } from '../../embedded/aws/dynamodb/dynamodb.ts';
import { definition, TABLE } from '../fixtures/dynamodb-target.ts';
import { type CallResult, parseResult } from './result.ts';
import { type CallTable, createEmbeddedTable } from './tables.ts';
import type { Item } from './values.ts';

/** The items of a table by their keys. */
type TableState = ReadonlyMap<string, Item>;
type Input = {
  readonly Key?: Item;
  readonly Item?: Item;
  readonly ReturnValues?: string;
  readonly ReturnValuesOnConditionCheckFailure?: string;
  readonly ProjectionExpression?: string;
  readonly FilterExpression?: string;
  readonly ClientRequestToken?: string;
  readonly TransactItems?: readonly Readonly<Record<string, Input>>[];
};
type Reason = { readonly Code: string; readonly Item?: Item };
type Index = NonNullable<typeof definition.GlobalSecondaryIndexes>[number];
/** One call, with the table before and after it. */
type Step = { readonly operation: string; readonly input: Input; readonly result: CallResult } & Readonly<
  Record<'before' | 'after', TableState>
>;

const toCanonical = <T extends object>(value: T): T => parseResult(JSON.stringify(value)) as unknown as T;
const itemId = ({ pk, sk }: Item) => `${pk?.['S']}/${sk?.['S']}`;
const targetIds = ({ Key, Item, TransactItems = [] }: Input): readonly string[] => [
  ...[Key, Item].flatMap((item) => (item ? [itemId(item)] : [])),
  ...TransactItems.flatMap((part) => Object.values(part).flatMap(targetIds)),
];

/** Applies the records of the stream to a table. Each must have the previous item as its old image. */
const applyRecords = (before: TableState, records: readonly StreamRecord[]): TableState => {
  const after = new Map(before);
  for (const { dynamodb } of records) {
    const { Keys, NewImage, OldImage }: Record<string, Item> = toCanonical(dynamodb) as never;
    const id = itemId(Keys ?? {});
    assert.deepEqual(OldImage, after.get(id));
    if (NewImage) after.set(id, NewImage);
    else after.delete(id);
  }
  return after;
};

const checkWrite = ({ operation, input, result, before, after }: Step) => {
  const namedIds = targetIds(input);
  for (const id of new Set([...before.keys(), ...after.keys()]))
    if (!namedIds.includes(id)) assert.deepEqual(after.get(id), before.get(id));
  const [id = ''] = namedIds;
  if (operation === 'PutItem') assert.deepEqual(after.get(id), toCanonical(input.Item ?? {}));
  if (operation === 'UpdateItem') assert.ok(after.get(id));
  if (operation === 'DeleteItem') assert.equal(after.get(id), undefined);
  if (input.ReturnValues === 'ALL_OLD') assert.deepEqual(result['Attributes'], before.get(id));
  if (input.ReturnValues === 'ALL_NEW') assert.deepEqual(result['Attributes'], after.get(id));
};

/** A read without a projection returns the stored items. */
const checkRead = ({ input, result, before }: Step) => {
  const responses = (result['Responses'] ?? [{ Item: result['Item'] }]) as readonly { readonly Item?: Item }[];
  const gets = input.TransactItems?.map(({ Get = {} }) => Get) ?? [input];
  for (const [at, { Key = {}, ProjectionExpression }] of gets.entries())
    if (!ProjectionExpression) assert.deepEqual(responses[at]?.Item, before.get(itemId(Key)));
};

const checkQuery = ({ input, result, before }: Step) => {
  const items = result['Items'] as readonly Item[] | undefined;
  if (items) assert.equal(result['Count'], items.length);
  if (!input.FilterExpression) assert.equal(result['Count'], result['ScannedCount']);
  if ('IndexName' in input || input.ProjectionExpression) return;
  for (const item of items ?? []) assert.deepEqual(item, before.get(itemId(item)));
};

/** A failed call changes nothing, and returns the conflicting item on request. */
const checkFailure = ({ input, result, before, after }: Step) => {
  assert.deepEqual(after, before);
  const parts = input.TransactItems?.flatMap((part) => Object.values(part)) ?? [input];
  const reasons = (result['reasons'] ?? [{ Code: result.error, Item: result['Item'] }]) as readonly Reason[];
  for (const [at, { Code, Item }] of reasons.entries()) {
    const part = parts[at] ?? {};
    const returnsItem =
      Code.startsWith('ConditionalCheckFailed') && part.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
    assert.deepEqual(Item, returnsItem ? before.get(targetIds(part)[0] ?? '') : undefined);
  }
};

/** An index has every item with a complete index key, in order, with the projected attributes. */
const checkIndex = async (call: CallTable, state: TableState, { IndexName, KeySchema, Projection }: Index) => {
  const [hash = '', range] = KeySchema.map(({ AttributeName }) => AttributeName);
  if (!range) return;
  const indexed = [...state.values()].filter((item) => item[hash] && item[range]);
  const [first] = indexed;
  if (!first) return;
  const names = ['pk', 'sk', hash, range, ...(Projection.NonKeyAttributes ?? [])];
  const order = ({ [range]: value }: Item) => Number(value?.['N'] ?? 0);
  const text = ({ [range]: value }: Item) => Buffer.from(String(value?.['S'] ?? ''));
  const { Items } = await call('Query', {
    TableName: TABLE,
    IndexName,
    KeyConditionExpression: `${hash} = :hash`,
    ExpressionAttributeValues: { ':hash': first[hash] },
  });
  const projected = indexed.map((item) =>
    Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name))),
  );
  assert.deepEqual(
    Items,
    projected.sort((a, b) => order(a) - order(b) || Buffer.compare(text(a), text(b))),
  );
};

const WRITES = ['PutItem', 'UpdateItem', 'DeleteItem', 'TransactWriteItems'];

/** Creates an embedded table and checks after each call the invariants that hold for every call. */
export const createCheckedTable = (): CallTable => {
  const { call, service } = createEmbeddedTable();
  const requests = new Map<string, unknown>();
  let records: StreamRecord[] = [];
  let before: TableState = new Map();
  service.subscribe((record) => void records.push(record));
  return async (operation, input: Input) => {
    records = [];
    const result = await call(operation, input);
    const after = applyRecords(before, records);
    const { Items } = await call('Scan', { TableName: TABLE });
    assert.deepEqual(new Map((Items as readonly Item[]).map((item) => [itemId(item), item])), after);
    const step = { operation, input, result, before, after };
    const token = input.ClientRequestToken;
    const repeated = token !== undefined && requests.has(token);
    if (repeated) {
      const same = isDeepStrictEqual(requests.get(token), input.TransactItems);
      assert.deepEqual([result.error, after], [same ? undefined : 'IdempotentParameterMismatchException', before]);
    } else if (result.error) checkFailure(step);
    else if (WRITES.includes(operation)) checkWrite(step);
    else assert.deepEqual(after, before);
    if (token && !result.error) requests.set(token, input.TransactItems);
    if (!result.error && ['GetItem', 'TransactGetItems'].includes(operation)) checkRead(step);
    if (!result.error && operation === 'Query') checkQuery(step);
    if (records.length)
      for (const index of definition.GlobalSecondaryIndexes ?? []) await checkIndex(call, after, index);
    before = after;
    return result;
  };
};

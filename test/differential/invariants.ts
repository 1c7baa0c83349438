import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { StreamRecord } from '../../embedded/dynamodb/dynamodb.ts';
import { definition, TABLE } from '../conformance/target.ts';
import { type Answer, answerOf } from './answer.ts';
import { embedded, type Host } from './hosts.ts';
import type { Item } from './values.ts';

/** Items by their keys. */
type State = ReadonlyMap<string, Item>;
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
/** One call, and the table before and after it. */
type Step = { readonly operation: string; readonly input: Input; readonly answer: Answer } & Readonly<
  Record<'before' | 'after', State>
>;

const canonical = <T extends object>(value: T): T => answerOf(JSON.stringify(value)) as unknown as T;
const idOf = ({ pk, sk }: Item) => `${pk?.['S']}/${sk?.['S']}`;
const targets = ({ Key, Item, TransactItems = [] }: Input): readonly string[] => [
  ...[Key, Item].flatMap((it) => (it ? [idOf(it)] : [])),
  ...TransactItems.flatMap((part) => Object.values(part).flatMap(targets)),
];

/** What the stream makes of the table. Each record must know the item as it was. */
const folded = (before: State, records: readonly StreamRecord[]): State => {
  const after = new Map(before);
  for (const { dynamodb } of records) {
    const { Keys, NewImage, OldImage }: Record<string, Item> = canonical(dynamodb) as never;
    const id = idOf(Keys ?? {});
    assert.deepEqual(OldImage, after.get(id));
    if (NewImage) after.set(id, NewImage);
    else after.delete(id);
  }
  return after;
};

const checkWrite = ({ operation, input, answer, before, after }: Step) => {
  const named = targets(input);
  for (const id of new Set([...before.keys(), ...after.keys()]))
    if (!named.includes(id)) assert.deepEqual(after.get(id), before.get(id));
  const [id = ''] = named;
  if (operation === 'PutItem') assert.deepEqual(after.get(id), canonical(input.Item ?? {}));
  if (operation === 'UpdateItem') assert.ok(after.get(id));
  if (operation === 'DeleteItem') assert.equal(after.get(id), undefined);
  if (input.ReturnValues === 'ALL_OLD') assert.deepEqual(answer['Attributes'], before.get(id));
  if (input.ReturnValues === 'ALL_NEW') assert.deepEqual(answer['Attributes'], after.get(id));
};

/** A read without a projection answers the items just as they are. */
const checkRead = ({ input, answer, before }: Step) => {
  const responses = (answer['Responses'] ?? [{ Item: answer['Item'] }]) as readonly { readonly Item?: Item }[];
  const gets = input.TransactItems?.map(({ Get = {} }) => Get) ?? [input];
  for (const [at, { Key = {}, ProjectionExpression }] of gets.entries())
    if (!ProjectionExpression) assert.deepEqual(responses[at]?.Item, before.get(idOf(Key)));
};

const checkQuery = ({ input, answer, before }: Step) => {
  const items = answer['Items'] as readonly Item[] | undefined;
  if (items) assert.equal(answer['Count'], items.length);
  if (!input.FilterExpression) assert.equal(answer['Count'], answer['ScannedCount']);
  if ('IndexName' in input || input.ProjectionExpression) return;
  for (const item of items ?? []) assert.deepEqual(item, before.get(idOf(item)));
};

/** What failed changed nothing, and shows the item in the way where it was asked to. */
const checkFailure = ({ input, answer, before, after }: Step) => {
  assert.deepEqual(after, before);
  const parts = input.TransactItems?.flatMap((part) => Object.values(part)) ?? [input];
  const reasons = (answer['reasons'] ?? [{ Code: answer.error, Item: answer['Item'] }]) as readonly Reason[];
  for (const [at, { Code, Item }] of reasons.entries()) {
    const part = parts[at] ?? {};
    const shows = Code.startsWith('ConditionalCheckFailed') && part.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
    assert.deepEqual(Item, shows ? before.get(targets(part)[0] ?? '') : undefined);
  }
};

/** An index has each item that has all of its key, in order, with what it projects. */
const checkIndex = async (host: Host, state: State, { IndexName, KeySchema, Projection }: Index) => {
  const [hash = '', range] = KeySchema.map(({ AttributeName }) => AttributeName);
  if (!range) return;
  const held = [...state.values()].filter((item) => item[hash] && item[range]);
  const [first] = held;
  if (!first) return;
  const names = ['pk', 'sk', hash, range, ...(Projection.NonKeyAttributes ?? [])];
  const order = ({ [range]: value }: Item) => Number(value?.['N'] ?? 0);
  const text = ({ [range]: value }: Item) => Buffer.from(String(value?.['S'] ?? ''));
  const { Items } = await host('Query', {
    TableName: TABLE,
    IndexName,
    KeyConditionExpression: `${hash} = :hash`,
    ExpressionAttributeValues: { ':hash': first[hash] },
  });
  const projected = held.map((item) =>
    Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name))),
  );
  assert.deepEqual(
    Items,
    projected.sort((a, b) => order(a) - order(b) || Buffer.compare(text(a), text(b))),
  );
};

const WRITES = ['PutItem', 'UpdateItem', 'DeleteItem', 'TransactWriteItems'];

/** An embedded table of its own, of which each call is held to what must be true whatever the call is. */
export const heldToInvariants = (): Host => {
  const { host, service } = embedded();
  const requests = new Map<string, unknown>();
  let records: StreamRecord[] = [];
  let before: State = new Map();
  service.stream((record) => void records.push(record));
  return async (operation, input: Input) => {
    records = [];
    const answer = await host(operation, input);
    const after = folded(before, records);
    const { Items } = await host('Scan', { TableName: TABLE });
    assert.deepEqual(new Map((Items as readonly Item[]).map((item) => [idOf(item), item])), after);
    const step = { operation, input, answer, before, after };
    const token = input.ClientRequestToken;
    const repeated = token !== undefined && requests.has(token);
    if (repeated) {
      const same = isDeepStrictEqual(requests.get(token), input.TransactItems);
      assert.deepEqual([answer.error, after], [same ? undefined : 'IdempotentParameterMismatchException', before]);
    } else if (answer.error) checkFailure(step);
    else if (WRITES.includes(operation)) checkWrite(step);
    else assert.deepEqual(after, before);
    if (token && !answer.error) requests.set(token, input.TransactItems);
    if (!answer.error && ['GetItem', 'TransactGetItems'].includes(operation)) checkRead(step);
    if (!answer.error && operation === 'Query') checkQuery(step);
    if (records.length)
      for (const index of definition.GlobalSecondaryIndexes ?? []) await checkIndex(host, after, index);
    before = after;
    return answer;
  };
};

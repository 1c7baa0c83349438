import { type Meter, readUnits } from './capacity.ts';
import { type Path, project } from './document.ts';
import { authorize, type Engine, only, seenBy, tableOf } from './engine.ts';
import { parseProjection, placeholders } from './expression.ts';
import { exactKey } from './schema.ts';
import type { Table } from './table.ts';
import { checkedItem, type Item, invalid } from './values.ts';

type Projecting = {
  readonly ProjectionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
};
export type GetInput = Projecting & {
  readonly TableName?: string;
  readonly Key?: Item;
  readonly ConsistentRead?: boolean;
  readonly ReturnConsumedCapacity?: string;
};
type KeysInput = Projecting & { readonly Keys?: readonly Item[]; readonly ConsistentRead?: boolean };
export type BatchGetInput = {
  readonly RequestItems?: Readonly<Record<string, KeysInput>>;
  readonly ReturnConsumedCapacity?: string;
};

type Get = { readonly table: Table; readonly key: Item; readonly paths: readonly Path[] | undefined };

const MAX_KEYS = 100;
const MAX_BATCH_BYTES = 16 * 1024 * 1024;
const PROJECTING = ['ProjectionExpression', 'ExpressionAttributeNames'];

/** An eventually consistent read costs half. */
export const timesOf = (consistent: boolean | undefined) => (consistent ? 1 : 0.5);

const pathsOf = (input: Projecting) => {
  const from = placeholders(input, ['ProjectionExpression'], []);
  const text = input.ProjectionExpression;
  const paths = text === undefined ? undefined : parseProjection(text, from);
  from.refuseUnused();
  return paths;
};

export const prepareGet = (engine: Engine, operation: string, input: GetInput, more: readonly string[] = []): Get => {
  only(operation, input, ['TableName', 'Key', ...PROJECTING, ...more]);
  const table = tableOf(engine, input.TableName);
  if (!input.Key) throw invalid('Cannot have null key for GetItem, DeleteItem, or UpdateItem');
  return { table, key: exactKey(checkedItem(input.Key), table.schema), paths: pathsOf(input) };
};

export const readItem = ({ table, key, paths }: Get, meter: Meter, times: number): { readonly Item?: Item } => {
  const entry = table.collection.get(table.idOf(key));
  meter.spend('read', table.name, readUnits(entry?.bytes ?? 0) * times);
  if (!entry) return {};
  return { Item: paths ? project(entry.item, paths) : entry.item };
};

export const getItem = (engine: Engine, input: GetInput, meter: Meter) => {
  const get = prepareGet(engine, 'GetItem', input, ['ConsistentRead', 'ReturnConsumedCapacity']);
  authorize(meter, 'GetItem', [get.table.partitionOf(get.key)]);
  const table = seenBy(engine, get.table, input.ConsistentRead);
  const answer = readItem({ ...get, table }, meter, timesOf(input.ConsistentRead));
  const [ConsumedCapacity] = meter.consumed(input.ReturnConsumedCapacity);
  return { ...answer, ConsumedCapacity };
};

const prepareKeys = (engine: Engine, name: string, input: KeysInput) => {
  only('BatchGetItem', input, ['Keys', 'ConsistentRead', ...PROJECTING]);
  const table = seenBy(engine, tableOf(engine, name), input.ConsistentRead);
  if (!input.Keys?.length)
    throw invalid(`The list of keys in RequestItems for BatchGetItem is required: ${name} has empty list`);
  const keys = input.Keys.map((key) => exactKey(checkedItem(key), table.schema));
  if (new Set(keys.map((key) => table.idOf(key))).size < keys.length)
    throw invalid('Provided list of item keys contains duplicates');
  return { name, input, table, keys, paths: pathsOf(input) };
};

export const batchGetItem = (engine: Engine, input: BatchGetInput, meter: Meter) => {
  only('BatchGetItem', input, ['RequestItems', 'ReturnConsumedCapacity']);
  const requests = Object.entries(input.RequestItems ?? {});
  if (!requests.length) throw invalid('BatchGetItem must have some requests set');
  if (requests.reduce((sum, [, { Keys }]) => sum + (Keys?.length ?? 0), 0) > MAX_KEYS)
    throw invalid('Too many items requested for the BatchGetItem call');
  const prepared = requests.map(([name, keys]) => prepareKeys(engine, name, keys));
  for (const { table, keys } of prepared) {
    const partitions = keys.map((key) => table.partitionOf(key));
    authorize(meter, 'BatchGetItem', [...new Set(partitions)]);
  }
  const Responses: Record<string, Item[]> = {};
  const UnprocessedKeys: Record<string, KeysInput> = {};
  let bytes = 0;
  for (const { name, input, table, keys, paths } of prepared) {
    const items: Item[] = [];
    Responses[name] = items;
    for (const [at, key] of keys.entries()) {
      bytes += table.collection.get(table.idOf(key))?.bytes ?? 0;
      if (bytes > MAX_BATCH_BYTES) {
        UnprocessedKeys[name] = { ...input, Keys: keys.slice(at) };
        break;
      }
      const { Item } = readItem({ table, key, paths }, meter, timesOf(input.ConsistentRead));
      if (Item) items.push(Item);
    }
  }
  const consumed = meter.consumed(input.ReturnConsumedCapacity);
  return { Responses, UnprocessedKeys, ...(consumed.length && { ConsumedCapacity: consumed }) };
};

import { type CapacityMeter, toReadUnits } from './capacity.ts';
import { type Path, project } from './document.ts';
import { authorizeKeys, type Engine, getTable, getTableForRead, rejectUnsupported } from './engine.ts';
import { parsePlaceholders, parseProjection } from './expression.ts';
import { validateKey } from './key-schema.ts';
import type { Table } from './table.ts';
import { type Charge, throttlingError } from './throttle.ts';
import { type Item, validateItem, validationError } from './values.ts';

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

const MAX_BATCH_KEYS = 100;
const MAX_BATCH_BYTES = 16 * 1024 * 1024;
const PROJECTING = ['ProjectionExpression', 'ExpressionAttributeNames'];

/** An eventually consistent read costs half the units. */
export const readCostFactor = (consistent: boolean | undefined) => (consistent ? 1 : 0.5);

const parsePaths = (input: Projecting) => {
  const placeholders = parsePlaceholders(input, ['ProjectionExpression'], []);
  const text = input.ProjectionExpression;
  const paths = text === undefined ? undefined : parseProjection(text, placeholders);
  placeholders.rejectUnused();
  return paths;
};

export const prepareGet = (engine: Engine, input: GetInput, more: readonly string[] = []): Get => {
  rejectUnsupported('GetItem', input, ['TableName', 'Key', ...PROJECTING, ...more]);
  const table = getTable(engine, input.TableName);
  if (!input.Key) throw validationError('Cannot have null key for GetItem, DeleteItem, or UpdateItem');
  return { table, key: validateKey(validateItem(input.Key), table.schema), paths: parsePaths(input) };
};

type ReadCost = Pick<Get, 'table' | 'key'> & { readonly costFactor: number };

export const toReadCharge = ({ table, key, costFactor }: ReadCost): Charge => ({
  kind: 'read',
  table: table.name,
  partitionKey: table.toPartitionKey(key),
  units: toReadUnits(table.collection.get(table.toItemId(key))?.bytes ?? 0) * costFactor,
});

export const readItem = ({ table, key, paths }: Get): { readonly Item?: Item } => {
  const entry = table.collection.get(table.toItemId(key));
  if (!entry) return {};
  return { Item: paths ? project(entry.item, paths) : entry.item };
};

export const getItem = (engine: Engine, input: GetInput, meter: CapacityMeter) => {
  const get = prepareGet(engine, input, ['ConsistentRead', 'ReturnConsumedCapacity']);
  authorizeKeys(meter, 'GetItem', [get.table.toPartitionKey(get.key)]);
  const table = getTableForRead(engine, get.table, input.ConsistentRead);
  meter.consume([toReadCharge({ table, key: get.key, costFactor: readCostFactor(input.ConsistentRead) })]);
  const result = readItem({ ...get, table });
  const [ConsumedCapacity] = meter.toConsumedCapacity(input.ReturnConsumedCapacity);
  return { ...result, ConsumedCapacity };
};

const prepareKeys = (engine: Engine, name: string, input: KeysInput) => {
  rejectUnsupported('BatchGetItem', input, ['Keys', 'ConsistentRead', ...PROJECTING]);
  const table = getTableForRead(engine, getTable(engine, name), input.ConsistentRead);
  if (!input.Keys?.length)
    throw validationError(`The list of keys in RequestItems for BatchGetItem is required: ${name} has empty list`);
  const keys = input.Keys.map((key) => validateKey(validateItem(key), table.schema));
  if (new Set(keys.map((key) => table.toItemId(key))).size < keys.length)
    throw validationError('Provided list of item keys contains duplicates');
  return { name, input, table, keys, paths: parsePaths(input) };
};

/** Leaves keys unprocessed beyond 16 MB and in throttled partitions, and throws if the throttle leaves it none to read. */
export const batchGetItem = (engine: Engine, input: BatchGetInput, meter: CapacityMeter) => {
  rejectUnsupported('BatchGetItem', input, ['RequestItems', 'ReturnConsumedCapacity']);
  const requests = Object.entries(input.RequestItems ?? {});
  if (!requests.length) throw validationError('BatchGetItem must have some requests set');
  if (requests.reduce((sum, [, { Keys }]) => sum + (Keys?.length ?? 0), 0) > MAX_BATCH_KEYS)
    throw validationError('Too many items requested for the BatchGetItem call');
  const prepared = requests.map(([name, keys]) => prepareKeys(engine, name, keys));
  for (const { table, keys } of prepared) {
    const partitions = keys.map((key) => table.toPartitionKey(key));
    authorizeKeys(meter, 'BatchGetItem', [...new Set(partitions)]);
  }
  const Responses: Record<string, Item[]> = Object.create(null);
  const UnprocessedKeys: Record<string, KeysInput> = Object.create(null);
  let bytes = 0;
  let excess: Charge | undefined;
  for (const { name, input, table, keys, paths } of prepared) {
    const items: Item[] = [];
    const unprocessed: Item[] = [];
    Responses[name] = items;
    for (const key of keys) {
      bytes += table.collection.get(table.toItemId(key))?.bytes ?? 0;
      const charge = toReadCharge({ table, key, costFactor: readCostFactor(input.ConsistentRead) });
      const [throttled] = meter.findExcess([charge]);
      excess ??= throttled;
      if (throttled || bytes > MAX_BATCH_BYTES) {
        unprocessed.push(key);
        continue;
      }
      meter.consume([charge]);
      const { Item } = readItem({ table, key, paths });
      if (Item) items.push(Item);
    }
    if (unprocessed.length > 0) UnprocessedKeys[name] = { ...input, Keys: unprocessed };
  }
  if (excess && meter.charges.length === 0) throw throttlingError(excess);
  const consumed = meter.toConsumedCapacity(input.ReturnConsumedCapacity);
  return { Responses, UnprocessedKeys, ...(consumed.length && { ConsumedCapacity: consumed }) };
};

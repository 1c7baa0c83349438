import { ServiceError } from '../service.ts';
import type { Meter } from './capacity.ts';
import { type Condition, matchesCondition, parseCondition } from './condition.ts';
import { type Path, project } from './document.ts';
import { authorizeKeys, CONFLICT_MESSAGE, type Engine, getTable, lockName, rejectUnsupported } from './engine.ts';
import { type Placeholders, parsePlaceholders } from './expression.ts';
import { extractKey, validateKey } from './schema.ts';
import { type Table, writeUnits } from './table.ts';
import { applyUpdate, parseUpdate, pathsOf } from './update.ts';
import { type Item, itemsEqual, validateItem, validationError } from './values.ts';

export type WriteAction = 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'ConditionCheckItem';

export type WriteInput = {
  readonly TableName?: string;
  readonly Item?: Item;
  readonly Key?: Item;
  readonly ConditionExpression?: string;
  readonly UpdateExpression?: string;
  readonly ReturnValues?: string;
  readonly ReturnValuesOnConditionCheckFailure?: string;
  readonly ReturnConsumedCapacity?: string;
};

/** A write whose input is valid. It is not yet checked against the stored item. */
export type Write = {
  readonly action: WriteAction;
  readonly table: Table;
  readonly key: Item;
  readonly id: string;
  readonly condition: Condition | undefined;
  readonly returnsOldOnFailure: boolean;
  /** The paths that an update names. Empty for other writes. */
  readonly paths: readonly Path[];
  readonly next: (old: Item | undefined) => Item | undefined;
};

const SHARED = ['TableName', 'ConditionExpression', 'ExpressionAttributeNames', 'ExpressionAttributeValues'];
const ALLOWED: Readonly<Record<WriteAction, readonly string[]>> = {
  PutItem: [...SHARED, 'Item'],
  UpdateItem: [...SHARED, 'Key', 'UpdateExpression'],
  DeleteItem: [...SHARED, 'Key'],
  ConditionCheckItem: [...SHARED, 'Key'],
};
const RETURN_VALUES: Partial<Record<WriteAction, readonly string[]>> = {
  UpdateItem: ['NONE', 'ALL_OLD', 'ALL_NEW', 'UPDATED_OLD', 'UPDATED_NEW'],
};

type Effect = Pick<Write, 'key' | 'paths' | 'next'>;

const toUpdateEffect = (table: Table, key: Item, text: string | undefined, from: Placeholders): Effect => {
  const update = text === undefined ? undefined : parseUpdate(text, from);
  const paths = update ? pathsOf(update) : [];
  const next = (old: Item | undefined) => {
    const part = paths.find(([name]) => name !== undefined && Object.hasOwn(key, name));
    if (part) {
      const what = `Cannot update attribute ${part[0]}. This attribute is part of the key`;
      throw validationError(`One or more parameter values were invalid: ${what}`);
    }
    const item = update ? validateItem(applyUpdate(update, old ?? key)) : (old ?? key);
    table.checkItem(item);
    return item;
  };
  return { key, paths, next };
};

const toEffect = (action: WriteAction, table: Table, input: WriteInput, from: Placeholders): Effect => {
  if (action === 'PutItem') {
    const item = validateItem(input.Item ?? {});
    const key = extractKey(item, table.schema);
    table.checkItem(item);
    return { key, paths: [], next: () => item };
  }
  if (!input.Key) throw validationError('Cannot have null key for GetItem, DeleteItem, or UpdateItem');
  const key = validateKey(validateItem(input.Key), table.schema);
  if (action === 'UpdateItem') return toUpdateEffect(table, key, input.UpdateExpression, from);
  return { key, paths: [], next: (old) => (action === 'DeleteItem' ? undefined : old) };
};

export const prepareWrite = (
  engine: Engine,
  action: WriteAction,
  input: WriteInput,
  more: readonly string[],
): Write => {
  rejectUnsupported(action, input, [...ALLOWED[action], 'ReturnValuesOnConditionCheckFailure', ...more]);
  const table = getTable(engine, input.TableName);
  const valued = [...(action === 'UpdateItem' ? ['UpdateExpression'] : []), 'ConditionExpression'];
  const from = parsePlaceholders(input, [], valued);
  const effect = toEffect(action, table, input, from);
  const text = input.ConditionExpression;
  const condition = text === undefined ? undefined : parseCondition('ConditionExpression', text, from);
  from.rejectUnused();
  const showsOld = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
  return { action, table, id: table.idOf(effect.key), condition, returnsOldOnFailure: showsOld, ...effect };
};

export const currentItem = ({ table, id }: Write) => table.collection.get(id)?.item;

/** Returns the item that the write would store, or undefined for a deletion. Throws if its condition fails. */
export const evaluateWrite = (write: Write): Item | undefined => {
  const old = currentItem(write);
  if (write.condition && !matchesCondition(write.condition, old ?? {})) {
    const item = write.returnsOldOnFailure && old ? { Item: old } : {};
    throw new ServiceError('ConditionalCheckFailedException', 'The conditional request failed', item);
  }
  return write.next(old);
};

/** Stores the result. The units of the table count `costFactor` times, those of indexes once. */
export const commitWrite = (engine: Engine, meter: Meter, write: Write, next: Item | undefined, costFactor: number) => {
  const { table, id, key, action } = write;
  const old = currentItem(write);
  if (action === 'ConditionCheckItem') return chargeFailedCondition(meter, write, costFactor);
  const { units, indexUnits } = table.write(id, next);
  meter.spend('write', table.name, units * costFactor, indexUnits);
  engine.stream.record(table.name, key, old, next, engine.clock.now());
};

/** A write whose condition fails consumes the units of the stored item. */
export const chargeFailedCondition = (meter: Meter, { table, id }: Write, costFactor: number) =>
  meter.spend('write', table.name, writeUnits(table.collection.get(id)?.bytes ?? 0) * costFactor);

const returnValues = (mode: string, { paths }: Write, old: Item | undefined, next: Item | undefined) => {
  if (mode === 'NONE') return {};
  const image = mode.endsWith('OLD') ? old : next;
  const attributes = mode.startsWith('UPDATED') ? image && project(image, paths) : image;
  return attributes && !itemsEqual(attributes, {}) ? { Attributes: attributes } : {};
};

/** PutItem, UpdateItem and DeleteItem. */
export const executeWrite = (engine: Engine, action: WriteAction, input: WriteInput, meter: Meter) => {
  const mode = input.ReturnValues ?? 'NONE';
  if (!(RETURN_VALUES[action] ?? ['NONE', 'ALL_OLD']).includes(mode))
    throw validationError('Return values set to invalid value');
  const write = prepareWrite(engine, action, input, ['ReturnValues', 'ReturnConsumedCapacity']);
  authorizeKeys(meter, action, [write.table.partitionOf(write.key)]);
  if (engine.locks.has(lockName(write.table, write.id)))
    throw new ServiceError('TransactionConflictException', CONFLICT_MESSAGE);
  const old = currentItem(write);
  try {
    const next = evaluateWrite(write);
    commitWrite(engine, meter, write, next, 1);
    const [ConsumedCapacity] = meter.consumed(input.ReturnConsumedCapacity);
    return { ...returnValues(mode, write, old, next), ConsumedCapacity };
  } catch (error) {
    const conditionFailed = error instanceof ServiceError && error.name === 'ConditionalCheckFailedException';
    if (conditionFailed) chargeFailedCondition(meter, write, 1);
    throw error;
  }
};

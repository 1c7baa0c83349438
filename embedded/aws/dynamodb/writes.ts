import { ServiceError } from '../service.ts';
import type { CapacityMeter } from './capacity.ts';
import { type Condition, matchesCondition, parseCondition } from './condition.ts';
import { type Path, project } from './document.ts';
import { authorizeKeys, CONFLICT_MESSAGE, type Engine, getTable, rejectUnsupported, toLockName } from './engine.ts';
import { type Placeholders, parsePlaceholders } from './expression.ts';
import { extractKey, validateKey } from './key-schema.ts';
import { type Table, toWriteUnits } from './table.ts';
import type { Charge } from './throttle.ts';
import { applyUpdate, parseUpdate, toPaths, type Update } from './update.ts';
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

const toUpdateEffect = (table: Table, key: Item, update: Update | undefined): Effect => {
  const paths = update ? toPaths(update) : [];
  const next = (old: Item | undefined) => {
    const keyPath = paths.find(([name]) => name !== undefined && Object.hasOwn(key, name));
    if (keyPath) {
      const detail = `Cannot update attribute ${keyPath[0]}. This attribute is part of the key`;
      throw validationError(`One or more parameter values were invalid: ${detail}`);
    }
    const item = update ? validateItem(applyUpdate(update, old ?? key)) : (old ?? key);
    table.checkItem(item);
    return item;
  };
  return { key, paths, next };
};

type EffectSource = {
  readonly action: WriteAction;
  readonly table: Table;
  readonly input: WriteInput;
  readonly placeholders: Placeholders;
};

const toEffect = ({ action, table, input, placeholders }: EffectSource): Effect => {
  if (action === 'PutItem') {
    const item = validateItem(input.Item ?? {});
    const key = extractKey(item, table.schema);
    table.checkItem(item);
    return { key, paths: [], next: () => item };
  }
  if (!input.Key) throw validationError('Cannot have null key for GetItem, DeleteItem, or UpdateItem');
  const key = validateKey(validateItem(input.Key), table.schema);
  if (action === 'UpdateItem') {
    const text = input.UpdateExpression;
    return toUpdateEffect(table, key, text === undefined ? undefined : parseUpdate(text, placeholders));
  }
  return { key, paths: [], next: (old) => (action === 'DeleteItem' ? undefined : old) };
};

type WriteRequest = {
  readonly action: WriteAction;
  readonly input: WriteInput;
  /** The parameters that are allowed in addition to those of every write. */
  readonly moreParameters?: readonly string[];
};

/** Throws if the input is invalid. */
export const prepareWrite = (engine: Engine, { action, input, moreParameters = [] }: WriteRequest): Write => {
  rejectUnsupported(action, input, [...ALLOWED[action], 'ReturnValuesOnConditionCheckFailure', ...moreParameters]);
  const table = getTable(engine, input.TableName);
  const expressions = [...(action === 'UpdateItem' ? ['UpdateExpression'] : []), 'ConditionExpression'];
  const placeholders = parsePlaceholders(input, [], expressions);
  const effect = toEffect({ action, table, input, placeholders });
  const text = input.ConditionExpression;
  const condition = text === undefined ? undefined : parseCondition('ConditionExpression', text, placeholders);
  placeholders.rejectUnused();
  const showsOld = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
  return { action, table, id: table.toItemId(effect.key), condition, returnsOldOnFailure: showsOld, ...effect };
};

const currentItem = ({ table, id }: Write) => table.collection.get(id)?.item;

/** Returns the item that the write would store, or undefined for a deletion. Throws if its condition fails. */
export const evaluateWrite = (write: Write): Item | undefined => {
  const old = currentItem(write);
  if (write.condition && !matchesCondition(write.condition, old ?? {})) {
    const fields = write.returnsOldOnFailure && old ? { Item: old } : {};
    throw new ServiceError('ConditionalCheckFailedException', 'The conditional request failed', { fields });
  }
  return write.next(old);
};

type Commit = {
  readonly next: Item | undefined;
  /** The units of the table count this many times, those of indexes once. */
  readonly costFactor: number;
};

/** Returns what the write consumes, and the function that stores its result. */
export const prepareCommit = (engine: Engine, write: Write, { next, costFactor }: Commit) => {
  const { table, id, key, action } = write;
  if (action === 'ConditionCheckItem') return { charges: [toFailureCharge(write, costFactor)], commit: () => {} };
  const partitionKey = table.toPartitionKey(key);
  const { units, indexCharges, store } = table.prepareChange(id, next);
  const charge: Charge = { kind: 'write', table: table.name, partitionKey, units: units * costFactor };
  const commit = () => {
    const old = currentItem(write);
    store();
    const changedAtMs = engine.clock.now();
    engine.histories.get(table.name)?.record({ id, partitionKey, old, changedAtMs });
    engine.stream.record({ table: table.name, key, old, next, changedAtMs });
  };
  return { charges: [charge, ...indexCharges], commit };
};

/** A write whose condition fails consumes the units of the stored item. */
export const toFailureCharge = ({ table, id, key }: Write, costFactor: number): Charge => ({
  kind: 'write',
  table: table.name,
  partitionKey: table.toPartitionKey(key),
  units: toWriteUnits(table.collection.get(id)?.bytes ?? 0) * costFactor,
});

type Images = { readonly old: Item | undefined; readonly next: Item | undefined };

const toReturnValues = (mode: string, { paths }: Write, { old, next }: Images) => {
  if (mode === 'NONE') return {};
  const image = mode.endsWith('OLD') ? old : next;
  const attributes = mode.startsWith('UPDATED') ? image && project(image, paths) : image;
  return attributes && !itemsEqual(attributes, {}) ? { Attributes: attributes } : {};
};

type WriteCall = { readonly action: WriteAction; readonly input: WriteInput; readonly meter: CapacityMeter };

const evaluateSingleWrite = (write: Write, meter: CapacityMeter) => {
  try {
    return evaluateWrite(write);
  } catch (error) {
    const conditionFailed = error instanceof ServiceError && error.name === 'ConditionalCheckFailedException';
    if (conditionFailed) meter.consume([toFailureCharge(write, 1)]);
    throw error;
  }
};

/** Executes PutItem, UpdateItem or DeleteItem. */
export const executeWrite = (engine: Engine, { action, input, meter }: WriteCall) => {
  const mode = input.ReturnValues ?? 'NONE';
  if (!(RETURN_VALUES[action] ?? ['NONE', 'ALL_OLD']).includes(mode))
    throw validationError('Return values set to invalid value');
  const write = prepareWrite(engine, {
    action,
    input,
    moreParameters: ['ReturnValues', 'ReturnConsumedCapacity'],
  });
  authorizeKeys(meter, action, [write.table.toPartitionKey(write.key)]);
  if (engine.locks.has(toLockName(write.table, write.id)))
    throw new ServiceError('TransactionConflictException', CONFLICT_MESSAGE);
  const old = currentItem(write);
  const next = evaluateSingleWrite(write, meter);
  const { charges, commit } = prepareCommit(engine, write, { next, costFactor: 1 });
  meter.consume(charges);
  commit();
  const [ConsumedCapacity] = meter.toConsumedCapacity(input.ReturnConsumedCapacity);
  return { ...toReturnValues(mode, write, { old, next }), ConsumedCapacity };
};

import { ServiceError } from '../service.ts';
import type { Meter } from './capacity.ts';
import { type Condition, meets, parseCondition } from './condition.ts';
import { type Path, project } from './document.ts';
import { authorize, CONFLICT, type Engine, lockOf, only, tableOf } from './engine.ts';
import { type Placeholders, placeholders } from './expression.ts';
import { exactKey, keyWithin } from './schema.ts';
import { type Table, writeUnits } from './table.ts';
import { apply, parseUpdate, pathsOf } from './update.ts';
import { checkedItem, type Item, invalid, sameItem } from './values.ts';

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

/** A write that is found valid as far as it can be without the item as it stands. */
export type Write = {
  readonly action: WriteAction;
  readonly table: Table;
  readonly key: Item;
  readonly id: string;
  readonly condition: Condition | undefined;
  readonly showsOld: boolean;
  /** The paths that an update names. */
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

const effectOfUpdate = (table: Table, key: Item, text: string | undefined, from: Placeholders): Effect => {
  const update = text === undefined ? undefined : parseUpdate(text, from);
  const paths = update ? pathsOf(update) : [];
  const next = (old: Item | undefined) => {
    const part = paths.find(([name]) => name !== undefined && Object.hasOwn(key, name));
    if (part) {
      const what = `Cannot update attribute ${part[0]}. This attribute is part of the key`;
      throw invalid(`One or more parameter values were invalid: ${what}`);
    }
    const item = update ? checkedItem(apply(update, old ?? key)) : (old ?? key);
    table.checkItem(item);
    return item;
  };
  return { key, paths, next };
};

const effectOf = (action: WriteAction, table: Table, input: WriteInput, from: Placeholders): Effect => {
  if (action === 'PutItem') {
    const item = checkedItem(input.Item ?? {});
    const key = keyWithin(item, table.schema);
    table.checkItem(item);
    return { key, paths: [], next: () => item };
  }
  if (!input.Key) throw invalid('Cannot have null key for GetItem, DeleteItem, or UpdateItem');
  const key = exactKey(checkedItem(input.Key), table.schema);
  if (action === 'UpdateItem') return effectOfUpdate(table, key, input.UpdateExpression, from);
  return { key, paths: [], next: (old) => (action === 'DeleteItem' ? undefined : old) };
};

export const prepare = (engine: Engine, action: WriteAction, input: WriteInput, more: readonly string[]): Write => {
  only(action, input, [...ALLOWED[action], 'ReturnValuesOnConditionCheckFailure', ...more]);
  const table = tableOf(engine, input.TableName);
  const valued = [...(action === 'UpdateItem' ? ['UpdateExpression'] : []), 'ConditionExpression'];
  const from = placeholders(input, [], valued);
  const effect = effectOf(action, table, input, from);
  const text = input.ConditionExpression;
  const condition = text === undefined ? undefined : parseCondition('ConditionExpression', text, from);
  from.refuseUnused();
  const showsOld = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
  return { action, table, id: table.idOf(effect.key), condition, showsOld, ...effect };
};

export const oldOf = ({ table, id }: Write) => table.collection.get(id)?.item;

/** What the write would make of its item. Throws where it must not. */
export const evaluate = (write: Write): Item | undefined => {
  const old = oldOf(write);
  if (write.condition && !meets(write.condition, old ?? {})) {
    const item = write.showsOld && old ? { Item: old } : {};
    throw new ServiceError('ConditionalCheckFailedException', 'The conditional request failed', item);
  }
  return write.next(old);
};

/** Takes effect. Each unit of the table counts `times`, each of an index once. */
export const commit = (engine: Engine, meter: Meter, write: Write, next: Item | undefined, times: number) => {
  const { table, id, key, action } = write;
  const old = oldOf(write);
  if (action === 'ConditionCheckItem') return chargeUnmet(meter, write, times);
  const { units, indexUnits } = table.write(id, next);
  meter.spend('write', table.name, units * times, indexUnits);
  engine.stream.record(table.name, key, old, next, engine.clock.now());
};

/** A write that its condition refuses costs what the item as it stands would. */
export const chargeUnmet = (meter: Meter, { table, id }: Write, times: number) =>
  meter.spend('write', table.name, writeUnits(table.collection.get(id)?.bytes ?? 0) * times);

const returned = (mode: string, { paths }: Write, old: Item | undefined, next: Item | undefined) => {
  if (mode === 'NONE') return {};
  const image = mode.endsWith('OLD') ? old : next;
  const shown = mode.startsWith('UPDATED') ? image && project(image, paths) : image;
  return shown && !sameItem(shown, {}) ? { Attributes: shown } : {};
};

/** PutItem, UpdateItem and DeleteItem. */
export const write = (engine: Engine, action: WriteAction, input: WriteInput, meter: Meter) => {
  const mode = input.ReturnValues ?? 'NONE';
  if (!(RETURN_VALUES[action] ?? ['NONE', 'ALL_OLD']).includes(mode))
    throw invalid('Return values set to invalid value');
  const write = prepare(engine, action, input, ['ReturnValues', 'ReturnConsumedCapacity']);
  authorize(meter, action, [write.table.partitionOf(write.key)]);
  if (engine.locks.has(lockOf(write.table, write.id))) throw new ServiceError('TransactionConflictException', CONFLICT);
  const old = oldOf(write);
  try {
    const next = evaluate(write);
    commit(engine, meter, write, next, 1);
    const [ConsumedCapacity] = meter.consumed(input.ReturnConsumedCapacity);
    return { ...returned(mode, write, old, next), ConsumedCapacity };
  } catch (error) {
    const unmet = error instanceof ServiceError && error.name === 'ConditionalCheckFailedException';
    if (unmet) chargeUnmet(meter, write, 1);
    throw error;
  }
};

import { hash } from 'node:crypto';
import { ServiceError } from '../service.ts';
import { type Meter, readUnits } from './capacity.ts';
import { authorize, CONFLICT, type Engine, lockOf, only } from './engine.ts';
import { type GetInput, prepareGet, readItem } from './reads.ts';
import type { Table } from './table.ts';
import { type Item, invalid } from './values.ts';
import { chargeUnmet, commit, evaluate, prepare, type Write, type WriteAction, type WriteInput } from './writes.ts';

type Part = { readonly [kind: string]: WriteInput };
export type TransactWriteInput = {
  readonly TransactItems?: readonly Part[];
  readonly ClientRequestToken?: string;
  readonly ReturnConsumedCapacity?: string;
};
export type TransactGetInput = {
  readonly TransactItems?: readonly { readonly Get?: GetInput }[];
  readonly ReturnConsumedCapacity?: string;
};

type Reason = { readonly Code: string; readonly Message?: string; readonly Item?: Item };
/** Of the items a digest alone: ten minutes of them are more than the table. */
type Request = { readonly at: number; readonly digest: string; done: boolean };

/** The requests of the last ten minutes by their ClientRequestToken, oldest first. */
export type Requests = Map<string, Request>;

const MAX_PARTS = 100;
const TOKEN_LIFE_MS = 10 * 60 * 1000;
/** A transaction prepares and commits, each for the price of one. */
const TIMES = 2;
const ACTIONS: Readonly<Record<string, WriteAction>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};
const NONE: Reason = { Code: 'None' };

const checkLength = (parts: readonly unknown[]) => {
  if (!parts.length) {
    const rule = 'Member must have length greater than or equal to 1';
    throw invalid(`Value [] at 'transactItems' failed to satisfy constraint: ${rule}`);
  }
  if (parts.length > MAX_PARTS) throw invalid('Member must have length less than or equal to 100');
};

const prepared = (engine: Engine, part: Part): Write => {
  const [kind, another] = Object.keys(part);
  const [action, input] = kind === undefined ? [] : [ACTIONS[kind], part[kind]];
  if (another !== undefined) throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
  if (!action || !input)
    throw invalid('Invalid Request: TransactWriteRequest should contain Delete or Put or Update request');
  if (action === 'ConditionCheckItem' && input.ConditionExpression === undefined)
    throw invalid("Value null at 'conditionExpression' failed to satisfy constraint: Member must not be null");
  return prepare(engine, action, input, []);
};

/** Throws unless every reason is that there is none. */
const unlessCancelled = (reasons: readonly Reason[]) => {
  if (reasons.every((reason) => reason === NONE)) return;
  const codes = reasons.map(({ Code }) => Code).join(', ');
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  throw new ServiceError('TransactionCanceledException', message, { CancellationReasons: reasons });
};

/** The code of each part of a transaction that this error cancelled. */
export const cancelledBy = (error: unknown): readonly string[] => {
  const reasons = error instanceof ServiceError ? error.fields['CancellationReasons'] : undefined;
  return ((reasons as readonly Reason[] | undefined) ?? []).map(({ Code }) => Code);
};

/** The names under which items are locked, each of which a transaction may name once. */
const locksOf = (parts: readonly { readonly table: Table; readonly key: Item }[]) => {
  const locks = parts.map(({ table, key }) => lockOf(table, table.idOf(key)));
  if (new Set(locks).size === locks.length) return locks;
  throw invalid('Transaction request cannot include multiple operations on one item');
};

const conflicts = ({ locks }: Engine, names: readonly string[]) =>
  names.map((name) => (locks.has(name) ? { Code: 'TransactionConflict', Message: CONFLICT } : NONE));

const reasonOf = (error: unknown): Reason => {
  if (!(error instanceof ServiceError)) throw error;
  const conditional = error.name === 'ConditionalCheckFailedException';
  return { Code: conditional ? 'ConditionalCheckFailed' : 'ValidationError', Message: error.message, ...error.fields };
};

const settle = (engine: Engine, meter: Meter, writes: readonly Write[]) => {
  const nexts: (Item | undefined)[] = [];
  const reasons = writes.map((write, at) => {
    try {
      nexts[at] = evaluate(write);
      return NONE;
    } catch (error) {
      return reasonOf(error);
    }
  });
  if (reasons.some((reason) => reason !== NONE)) for (const write of writes) chargeUnmet(meter, write, TIMES);
  unlessCancelled(reasons);
  for (const [at, write] of writes.entries()) commit(engine, meter, write, nexts[at], TIMES);
};

/** Holds the items from begin to commit; whoever else wants to write one of them meanwhile is in conflict. */
const run = async (engine: Engine, meter: Meter, writes: readonly Write[]) => {
  const names = locksOf(writes);
  unlessCancelled(conflicts(engine, names));
  for (const name of names) engine.locks.add(name);
  try {
    await new Promise<void>((resolve) => void engine.clock.after(engine.latency(), resolve));
    settle(engine, meter, writes);
  } finally {
    for (const name of names) engine.locks.delete(name);
  }
};

/** Attributes in another order are the same. */
const inOrder = (_: string, value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
};

/** The same request made before, if its token is still known. */
const repeated = (requests: Requests, now: number, token: string, digest: string): Request | undefined => {
  for (const [known, { at }] of requests) {
    if (at > now - TOKEN_LIFE_MS) break;
    requests.delete(known);
  }
  const request = requests.get(token);
  if (request && request.digest !== digest) {
    const message = 'Client request token is reused with different parameters';
    throw new ServiceError('IdempotentParameterMismatchException', message);
  }
  if (request && !request.done)
    throw new ServiceError('TransactionInProgressException', 'The transaction with this token is in progress');
  return request;
};

const once = async (engine: Engine, requests: Requests, input: TransactWriteInput, meter: Meter, writes: Write[]) => {
  const { ClientRequestToken: token, TransactItems: items, ReturnConsumedCapacity: mode } = input;
  if (token === undefined) {
    await run(engine, meter, writes);
    return meter.consumed(mode, 'Write');
  }
  const now = engine.clock.now();
  const digest = hash('sha256', JSON.stringify(items, inOrder), 'base64');
  if (repeated(requests, now, token, digest)) {
    for (const { table, id } of writes)
      meter.spend('read', table.name, readUnits(table.collection.get(id)?.bytes ?? 0) * TIMES);
    return meter.consumed(mode, 'Read');
  }
  const request = { at: now, digest, done: false };
  requests.set(token, request);
  try {
    await run(engine, meter, writes);
    request.done = true;
  } finally {
    if (!request.done) requests.delete(token);
  }
  return meter.consumed(mode, 'Write');
};

export const transactWrite = async (engine: Engine, requests: Requests, input: TransactWriteInput, meter: Meter) => {
  only('TransactWriteItems', input, ['TransactItems', 'ClientRequestToken', 'ReturnConsumedCapacity']);
  const parts = input.TransactItems ?? [];
  checkLength(parts);
  const writes = parts.map((part) => prepared(engine, part));
  locksOf(writes);
  for (const { action, table, key } of writes) authorize(meter, action, [table.partitionOf(key)]);
  const consumed = await once(engine, requests, input, meter, writes);
  return consumed.length ? { ConsumedCapacity: consumed } : {};
};

export const transactGet = (engine: Engine, input: TransactGetInput, meter: Meter) => {
  only('TransactGetItems', input, ['TransactItems', 'ReturnConsumedCapacity']);
  const parts = input.TransactItems ?? [];
  checkLength(parts);
  const gets = parts.map(({ Get }) => prepareGet(engine, 'GetItem', Get ?? {}));
  const locks = locksOf(gets);
  for (const { table, key } of gets) authorize(meter, 'GetItem', [table.partitionOf(key)]);
  unlessCancelled(conflicts(engine, locks));
  const Responses = gets.map((get) => readItem(get, meter, TIMES));
  const consumed = meter.consumed(input.ReturnConsumedCapacity, 'Read');
  return { Responses, ...(consumed.length && { ConsumedCapacity: consumed }) };
};

import { hash } from 'node:crypto';
import { ServiceError } from '../service.ts';
import { type Meter, readUnits } from './capacity.ts';
import { authorizeKeys, CONFLICT_MESSAGE, type Engine, lockName, rejectUnsupported } from './engine.ts';
import { type GetInput, prepareGet, readItem } from './reads.ts';
import type { Table } from './table.ts';
import { type Item, validationError } from './values.ts';
import {
  chargeFailedCondition,
  commitWrite,
  evaluateWrite,
  prepareWrite,
  type Write,
  type WriteAction,
  type WriteInput,
} from './writes.ts';

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
/** Holds a digest of the parts, because ten minutes of them may exceed the size of the table. */
type TokenRequest = { readonly receivedAt: number; readonly digest: string; done: boolean };

/** The requests of the last ten minutes by ClientRequestToken, oldest first. */
export type TokenRequests = Map<string, TokenRequest>;

const MAX_PARTS = 100;
const TOKEN_LIFETIME_MS = 10 * 60 * 1000;
/** A transaction consumes units twice: to prepare and to commit. */
const TRANSACTION_COST_FACTOR = 2;
const ACTIONS: Readonly<Record<string, WriteAction>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};
const NO_REASON: Reason = { Code: 'None' };

const checkPartCount = (parts: readonly unknown[]) => {
  if (!parts.length) {
    const rule = 'Member must have length greater than or equal to 1';
    throw validationError(`Value [] at 'transactItems' failed to satisfy constraint: ${rule}`);
  }
  if (parts.length > MAX_PARTS) throw validationError('Member must have length less than or equal to 100');
};

const preparePart = (engine: Engine, part: Part): Write => {
  const [kind, another] = Object.keys(part);
  const [action, input] = kind === undefined ? [] : [ACTIONS[kind], part[kind]];
  if (another !== undefined)
    throw validationError('TransactItems can only contain one of Check, Put, Update or Delete');
  if (!action || !input)
    throw validationError('Invalid Request: TransactWriteRequest should contain Delete or Put or Update request');
  if (action === 'ConditionCheckItem' && input.ConditionExpression === undefined)
    throw validationError("Value null at 'conditionExpression' failed to satisfy constraint: Member must not be null");
  return prepareWrite(engine, action, input, []);
};

/** Throws TransactionCanceledException if any part has a reason. */
const throwIfCancelled = (reasons: readonly Reason[]) => {
  if (reasons.every((reason) => reason === NO_REASON)) return;
  const codes = reasons.map(({ Code }) => Code).join(', ');
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  throw new ServiceError('TransactionCanceledException', message, { CancellationReasons: reasons });
};

/** The cancellation code of each part, if the error is a cancelled transaction. */
export const cancellationCodes = (error: unknown): readonly string[] => {
  const reasons = error instanceof ServiceError ? error.fields['CancellationReasons'] : undefined;
  return ((reasons as readonly Reason[] | undefined) ?? []).map(({ Code }) => Code);
};

/** The locks of the parts. Throws if two parts name the same item. */
const lockNames = (parts: readonly { readonly table: Table; readonly key: Item }[]) => {
  const locks = parts.map(({ table, key }) => lockName(table, table.idOf(key)));
  if (new Set(locks).size === locks.length) return locks;
  throw validationError('Transaction request cannot include multiple operations on one item');
};

const conflictReasons = ({ locks }: Engine, names: readonly string[]) =>
  names.map((name) => (locks.has(name) ? { Code: 'TransactionConflict', Message: CONFLICT_MESSAGE } : NO_REASON));

const toReason = (error: unknown): Reason => {
  if (!(error instanceof ServiceError)) throw error;
  const conditional = error.name === 'ConditionalCheckFailedException';
  return { Code: conditional ? 'ConditionalCheckFailed' : 'ValidationError', Message: error.message, ...error.fields };
};

const evaluateAndCommit = (engine: Engine, meter: Meter, writes: readonly Write[]) => {
  const nexts: (Item | undefined)[] = [];
  const reasons = writes.map((write, index) => {
    try {
      nexts[index] = evaluateWrite(write);
      return NO_REASON;
    } catch (error) {
      return toReason(error);
    }
  });
  if (reasons.some((reason) => reason !== NO_REASON))
    for (const write of writes) chargeFailedCondition(meter, write, TRANSACTION_COST_FACTOR);
  throwIfCancelled(reasons);
  for (const [index, write] of writes.entries())
    commitWrite(engine, meter, write, nexts[index], TRANSACTION_COST_FACTOR);
};

/** Locks the items from start to commit. Any other write of one of them conflicts until then. */
const runLocked = async (engine: Engine, meter: Meter, writes: readonly Write[]) => {
  const names = lockNames(writes);
  throwIfCancelled(conflictReasons(engine, names));
  for (const name of names) engine.locks.add(name);
  try {
    await new Promise<void>((resolve) => void engine.clock.after(engine.transactionLatencyMs(), resolve));
    evaluateAndCommit(engine, meter, writes);
  } finally {
    for (const name of names) engine.locks.delete(name);
  }
};

/** Sorts the properties of objects, so that the order of attributes does not change the digest. */
const sortProperties = (_: string, value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
};

/** Returns an earlier request with this token, if there was one within the token's lifetime. */
const findEarlierRequest = (
  requests: TokenRequests,
  now: number,
  token: string,
  digest: string,
): TokenRequest | undefined => {
  for (const [earlierToken, { receivedAt }] of requests) {
    if (receivedAt > now - TOKEN_LIFETIME_MS) break;
    requests.delete(earlierToken);
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

const runOncePerToken = async (
  engine: Engine,
  requests: TokenRequests,
  input: TransactWriteInput,
  meter: Meter,
  writes: Write[],
) => {
  const { ClientRequestToken: token, TransactItems: items, ReturnConsumedCapacity: mode } = input;
  if (token === undefined) {
    await runLocked(engine, meter, writes);
    return meter.consumed(mode, 'Write');
  }
  const now = engine.clock.now();
  const digest = hash('sha256', JSON.stringify(items, sortProperties), 'base64');
  if (findEarlierRequest(requests, now, token, digest)) {
    for (const { table, id } of writes)
      meter.spend('read', table.name, readUnits(table.collection.get(id)?.bytes ?? 0) * TRANSACTION_COST_FACTOR);
    return meter.consumed(mode, 'Read');
  }
  const request = { receivedAt: now, digest, done: false };
  requests.set(token, request);
  try {
    await runLocked(engine, meter, writes);
    request.done = true;
  } finally {
    if (!request.done) requests.delete(token);
  }
  return meter.consumed(mode, 'Write');
};

export const transactWrite = async (
  engine: Engine,
  requests: TokenRequests,
  input: TransactWriteInput,
  meter: Meter,
) => {
  rejectUnsupported('TransactWriteItems', input, ['TransactItems', 'ClientRequestToken', 'ReturnConsumedCapacity']);
  const parts = input.TransactItems ?? [];
  checkPartCount(parts);
  const writes = parts.map((part) => preparePart(engine, part));
  lockNames(writes);
  for (const { action, table, key } of writes) authorizeKeys(meter, action, [table.partitionOf(key)]);
  const consumed = await runOncePerToken(engine, requests, input, meter, writes);
  return consumed.length ? { ConsumedCapacity: consumed } : {};
};

export const transactGet = (engine: Engine, input: TransactGetInput, meter: Meter) => {
  rejectUnsupported('TransactGetItems', input, ['TransactItems', 'ReturnConsumedCapacity']);
  const parts = input.TransactItems ?? [];
  checkPartCount(parts);
  const gets = parts.map(({ Get }) => prepareGet(engine, 'GetItem', Get ?? {}));
  const locks = lockNames(gets);
  for (const { table, key } of gets) authorizeKeys(meter, 'GetItem', [table.partitionOf(key)]);
  throwIfCancelled(conflictReasons(engine, locks));
  const Responses = gets.map((get) => readItem(get, meter, TRANSACTION_COST_FACTOR));
  const consumed = meter.consumed(input.ReturnConsumedCapacity, 'Read');
  return { Responses, ...(consumed.length && { ConsumedCapacity: consumed }) };
};

import { hash } from 'node:crypto';
import { ServiceError } from '../service.ts';
import type { CapacityMeter } from './capacity.ts';
import {
  authorizeKeys,
  CONFLICT_MESSAGE,
  type Engine,
  rejectUnsupported,
  type TokenRequest,
  toLockName,
} from './engine.ts';
import { type GetInput, prepareGet, readItem, toReadCharge } from './reads.ts';
import type { Table } from './table.ts';
import { type Charge, toThrottlingMessage } from './throttle.ts';
import { type Item, validationError } from './values.ts';
import {
  evaluateWrite,
  prepareCommit,
  prepareWrite,
  toFailureCharge,
  type Write,
  type WriteAction,
  type WriteInput,
} from './writes.ts';

/** Its one field is named after the kind of action. */
type TransactItem = { readonly [kind: string]: WriteInput };
export type TransactWriteInput = {
  readonly TransactItems?: readonly TransactItem[];
  readonly ClientRequestToken?: string;
  readonly ReturnConsumedCapacity?: string;
};
export type TransactGetInput = {
  readonly TransactItems?: readonly { readonly Get?: GetInput }[];
  readonly ReturnConsumedCapacity?: string;
};

type Reason = { readonly Code: string; readonly Message?: string; readonly Item?: Item };
const MAX_ACTIONS = 100;
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

const checkActionCount = (items: readonly unknown[]) => {
  if (!items.length) {
    const rule = 'Member must have length greater than or equal to 1';
    throw validationError(`Value [] at 'transactItems' failed to satisfy constraint: ${rule}`);
  }
  if (items.length > MAX_ACTIONS) throw validationError('Member must have length less than or equal to 100');
};

const prepareAction = (engine: Engine, item: TransactItem): Write => {
  const [kind, another] = Object.keys(item);
  const [action, input] = kind === undefined ? [] : [ACTIONS[kind], item[kind]];
  if (another !== undefined)
    throw validationError('TransactItems can only contain one of Check, Put, Update or Delete');
  if (!action || !input)
    throw validationError('Invalid Request: TransactWriteRequest should contain Delete or Put or Update request');
  if (action === 'ConditionCheckItem' && input.ConditionExpression === undefined)
    throw validationError("Value null at 'conditionExpression' failed to satisfy constraint: Member must not be null");
  return prepareWrite(engine, { action, input });
};

/** Throws TransactionCanceledException if any action has a reason. */
const throwIfCancelled = (reasons: readonly Reason[]) => {
  if (reasons.every((reason) => reason === NO_REASON)) return;
  const codes = reasons.map(({ Code }) => Code).join(', ');
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  throw new ServiceError('TransactionCanceledException', message, { fields: { CancellationReasons: reasons } });
};

/** Returns the cancellation reason code of each action, or nothing if the error is not a cancelled transaction. */
export const toCancellationReasonCodes = (error: unknown): readonly string[] => {
  const reasons = error instanceof ServiceError ? error.fields['CancellationReasons'] : undefined;
  return ((reasons as readonly Reason[] | undefined) ?? []).map(({ Code }) => Code);
};

/** Returns the name of each action's lock. Throws if two actions name the same item. */
const toLockNames = (actions: readonly { readonly table: Table; readonly key: Item }[]) => {
  const locks = actions.map(({ table, key }) => toLockName(table, table.toItemId(key)));
  if (new Set(locks).size === locks.length) return locks;
  throw validationError('Transaction request cannot include multiple operations on one item');
};

const toConflictReasons = ({ locks }: Pick<Engine, 'locks'>, names: readonly string[]) =>
  names.map((name) => (locks.has(name) ? { Code: 'TransactionConflict', Message: CONFLICT_MESSAGE } : NO_REASON));

const toReason = (error: unknown): Reason => {
  if (!(error instanceof ServiceError)) throw error;
  const conditional = error.name === 'ConditionalCheckFailedException';
  return { Code: conditional ? 'ConditionalCheckFailed' : 'ValidationError', Message: error.message, ...error.fields };
};

/** Consumes the units of all actions. Throws TransactionCanceledException and consumes none if a partition has too few left. */
const consumeUnits = (meter: CapacityMeter, chargesByAction: readonly (readonly Charge[])[]) => {
  const excess = new Set(meter.findExcess(chargesByAction.flat()));
  throwIfCancelled(
    chargesByAction.map((charges) => {
      const charge = charges.find((charge) => excess.has(charge));
      return charge ? { Code: 'ThrottlingError', Message: toThrottlingMessage(charge) } : NO_REASON;
    }),
  );
  meter.consume(chargesByAction.flat());
};

const evaluateAndCommit = (engine: Engine, meter: CapacityMeter, writes: readonly Write[]) => {
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
    consumeUnits(
      meter,
      writes.map((write) => [toFailureCharge(write, TRANSACTION_COST_FACTOR)]),
    );
  throwIfCancelled(reasons);
  const prepared = writes.map((write, index) =>
    prepareCommit(engine, write, { next: nexts[index], costFactor: TRANSACTION_COST_FACTOR }),
  );
  consumeUnits(
    meter,
    prepared.map(({ charges }) => charges),
  );
  for (const { commit } of prepared) commit();
};

/** Locks the items from start to commit. Any other write of one of them conflicts until then, and so does a restore of the table. */
const runLocked = async (engine: Engine, meter: CapacityMeter, writes: readonly Write[]) => {
  const names = toLockNames(writes);
  const { locks } = engine;
  throwIfCancelled(toConflictReasons(engine, names));
  for (const name of names) locks.add(name);
  try {
    await new Promise<void>((resolve) => void engine.clock.setTimer(engine.transactionLatencyMs(), resolve));
    if (engine.locks !== locks) throwIfCancelled(toConflictReasons({ locks }, names));
    evaluateAndCommit(engine, meter, writes);
  } finally {
    for (const name of names) locks.delete(name);
  }
};

/** Sorts the properties of objects, so that the order of attributes does not change the digest. */
const sortProperties = (_: string, value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
};

type RequestToken = { readonly token: string; readonly digest: string; readonly nowMs: number };

/** Returns an earlier request with this token, if there was one within the token's lifetime. */
const findEarlierRequest = (
  requests: Engine['tokenRequests'],
  { token, digest, nowMs }: RequestToken,
): TokenRequest | undefined => {
  for (const [earlierToken, { receivedAtMs }] of requests) {
    if (receivedAtMs > nowMs - TOKEN_LIFETIME_MS) break;
    requests.delete(earlierToken);
  }
  const request = requests.get(token);
  if (request && request.digest !== digest) {
    const message = 'Client request token is reused with different parameters';
    throw new ServiceError('IdempotentParameterMismatchException', message);
  }
  if (request && !request.isDone)
    throw new ServiceError('TransactionInProgressException', 'The transaction with this token is in progress');
  return request;
};

type Transaction = {
  readonly input: TransactWriteInput;
  readonly meter: CapacityMeter;
  readonly writes: readonly Write[];
};

const runOncePerToken = async (engine: Engine, { input, meter, writes }: Transaction) => {
  const { tokenRequests, clock } = engine;
  const { ClientRequestToken: token, TransactItems: items, ReturnConsumedCapacity: mode } = input;
  if (token === undefined) {
    await runLocked(engine, meter, writes);
    return meter.toConsumedCapacity(mode, 'Write');
  }
  const nowMs = clock.now();
  const digest = hash('sha256', JSON.stringify(items, sortProperties), 'base64');
  if (findEarlierRequest(tokenRequests, { token, digest, nowMs })) {
    consumeUnits(
      meter,
      writes.map(({ table, key }) => [toReadCharge({ table, key, costFactor: TRANSACTION_COST_FACTOR })]),
    );
    return meter.toConsumedCapacity(mode, 'Read');
  }
  const request: TokenRequest = { receivedAtMs: nowMs, digest, isDone: false };
  tokenRequests.set(token, request);
  try {
    await runLocked(engine, meter, writes);
    request.isDone = true;
  } finally {
    if (!request.isDone) tokenRequests.delete(token);
  }
  return meter.toConsumedCapacity(mode, 'Write');
};

export const transactWrite = async (engine: Engine, input: TransactWriteInput, meter: CapacityMeter) => {
  rejectUnsupported('TransactWriteItems', input, ['TransactItems', 'ClientRequestToken', 'ReturnConsumedCapacity']);
  const items = input.TransactItems ?? [];
  checkActionCount(items);
  const writes = items.map((item) => prepareAction(engine, item));
  toLockNames(writes);
  for (const { action, table, key } of writes) authorizeKeys(meter, action, [table.toPartitionKey(key)]);
  const consumed = await runOncePerToken(engine, { input, meter, writes });
  return consumed.length ? { ConsumedCapacity: consumed } : {};
};

export const transactGet = (engine: Engine, input: TransactGetInput, meter: CapacityMeter) => {
  rejectUnsupported('TransactGetItems', input, ['TransactItems', 'ReturnConsumedCapacity']);
  const items = input.TransactItems ?? [];
  checkActionCount(items);
  const gets = items.map(({ Get }) => prepareGet(engine, Get ?? {}));
  const locks = toLockNames(gets);
  for (const { table, key } of gets) authorizeKeys(meter, 'GetItem', [table.toPartitionKey(key)]);
  throwIfCancelled(toConflictReasons(engine, locks));
  consumeUnits(
    meter,
    gets.map(({ table, key }) => [toReadCharge({ table, key, costFactor: TRANSACTION_COST_FACTOR })]),
  );
  const Responses = gets.map(readItem);
  const consumed = meter.toConsumedCapacity(input.ReturnConsumedCapacity, 'Read');
  return { Responses, ...(consumed.length && { ConsumedCapacity: consumed }) };
};

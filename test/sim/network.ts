import { AsyncLocalStorage } from 'node:async_hooks';
import { crashError, FunctionError } from '../../embedded/aws/lambda/function-error.ts';
import { type Caller, ServiceError } from '../../embedded/aws/service.ts';
import type { Interceptors, ServiceCall } from '../../embedded/host/interceptors.ts';
import { type CallInput, keysOf } from './call-keys.ts';
import type { Chance } from './chance.ts';
import type { Faults } from './faults.ts';
import type { MessageLedger } from './messages.ts';
import type { Outages } from './outages.ts';
import type { Deliveries } from './overtaking.ts';
import { type ProviderRequest, toProviderRequest } from './provider-requests.ts';
import { SHARED_KEYS } from './scope.ts';
import { isTearable, tornRead } from './torn-reads.ts';

/** Slightly shorter than the clients' time-out, so that the call still succeeds. */
const SLOW_MS = 1_900;
/** Longer than the clients' time-out. */
const TIMED_OUT_MS = 2_000;
/** Longer than Breakwater's time-out for the provider. */
const LATE_MS = 5_500;
/** Shorter than that. Until the sender has the answer, others act on what the provider has done. */
const MAX_SLOW_ANSWER_MS = 4_000;
const MAX_DELAY_MS = 15 * 60_000;
const MAX_REORDERING_MS = 20_000;
const MAX_DUPLICATE_DELAY_MS = 60_000;
/** This share of the entries that fail also starts an outage of the bus. */
const OUTAGE_SHARE = 0.3;
const MAX_BUS_OUTAGE_MS = 30_000;
const TABLE = 'DynamoDB_20120810';
const PREFIX = 'breakwater-dev-';
const PROVIDER = 'sandbox-provider';

const WRITES = [
  ...['PutItem', 'UpdateItem', 'DeleteItem', 'TransactWriteItems', 'PutEvents', 'StartExecution'],
  ...['SendMessage', 'ChangeMessageVisibility'],
];

/** An invocation and the tenants that its event names; undefined if it works for all tenants. */
type Scope = {
  readonly fn: string;
  readonly tenants: ReadonlySet<string> | undefined;
  /** Its read of the provider's breaker failed. */
  breakerUnread: boolean;
  /** Its last call of the table was a put of a breaker: what it reads of the provider next is a probe. */
  isProbing: boolean;
};

type Options = {
  readonly chance: Chance;
  readonly faults: Faults;
  readonly sleep: (ms: number) => Promise<void>;
  readonly crashFunction: (fn: string, environment: Caller) => void;
  /** Receives every call and its outcome at the moment when it takes effect. */
  readonly onCall: (
    caller: string,
    call: { readonly operation: string; readonly keys: readonly string[] },
    outcome: string,
  ) => void;
  readonly outages: Pick<Outages, 'checkCall' | 'allowInvocation'>;
  readonly messages: Pick<MessageLedger, 'onSent' | 'onResponse'>;
  readonly deliveries?: Pick<Deliveries, 'onQueued' | 'onReceived'>;
  readonly tenantsOf: (fn: string, event: unknown) => ReadonlySet<string> | undefined;
  /** Receives every request to the provider that moves money. `hasReadBreaker` is false if its sender could not read the breaker. */
  readonly onProviderRequest: (request: ProviderRequest, hasReadBreaker: boolean) => void;
  /** Receives the keys of a call that belong to none of its tenants. */
  readonly onForeignKeys: (caller: string, keys: readonly string[], tenants: ReadonlySet<string>) => void;
};

const timeoutError = () => Object.assign(new Error('the call timed out'), { name: 'TimeoutError' });
const throttlingError = () => new ServiceError('ThrottlingException', 'Rate exceeded');
const never = () => new Promise<never>(() => {});

const conflictError = (operation: string, input: CallInput) => {
  if (operation !== 'TransactWriteItems')
    return new ServiceError('TransactionConflictException', 'Transaction is ongoing for the item');
  const reasons = (input.TransactItems ?? []).map((_, n) => ({ Code: n === 0 ? 'TransactionConflict' : 'None' }));
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return new ServiceError('TransactionCanceledException', `Transaction cancelled [${codes}]`, {
    fields: { CancellationReasons: reasons },
  });
};

export type Network = Interceptors & {
  /** The number of invocations in progress and messages on their way. */
  readonly inFlightCount: () => number;
  /** The functions of the invocations in progress. */
  readonly activeFunctions: () => readonly string[];
  /** Drops the messages that are on their way. */
  readonly dropMessages: () => void;
};

/**
 * The network between the parts of the backend: every call, invocation and message has a latency, they take effect one after the other,
 * and faults strike before or after the effect.
 */
export const createNetwork = (options: Options): Network => {
  const { chance, faults, sleep, onCall } = options;
  const scopes = new AsyncLocalStorage<Scope>();
  const activeFunctions: string[] = [];
  let messagesInFlight = 0;
  /** Messages of an earlier generation are not delivered. */
  let generation = 0;
  let busOutageEndsAt = 0;
  const latency = () => chance.int(1, 12);

  const checkTenants = (caller: string, keys: readonly string[]) => {
    const tenants = scopes.getStore()?.tenants;
    if (!tenants) return;
    const foreign = keys.filter((key) => !SHARED_KEYS.includes(key) && !tenants.has(key.split('#')[1] ?? ''));
    if (foreign.length > 0) options.onForeignKeys(caller, foreign, tenants);
  };

  /** The bus reports a failed entry in a response of 200. */
  const putEvents = async (input: CallInput, proceed: (input: unknown) => Promise<unknown>) => {
    const entries = input.Entries ?? [];
    const failing = entries.map(({ DetailType = '' }) => {
      const force = faults.strike('failed PutEvents entry', DetailType) ?? -1;
      if (force > 1 - OUTAGE_SHARE) busOutageEndsAt = Date.now() + (force - 1 + OUTAGE_SHARE) * MAX_BUS_OUTAGE_MS;
      return force >= 0 || Date.now() < busOutageEndsAt;
    });
    const passing = entries.filter((_, n) => !failing[n]);
    const output = passing.length > 0 ? await proceed({ ...input, Entries: passing }) : { Entries: [] };
    const results = [...(output as { readonly Entries: readonly object[] }).Entries];
    const failed = { ErrorCode: 'InternalFailure', ErrorMessage: 'The entry could not be put.' };
    const Entries = entries.map((_, n) => (failing[n] ? failed : (results.shift() ?? failed)));
    return { FailedEntryCount: Entries.filter((result) => 'ErrorCode' in result).length, Entries };
  };

  const call = async (
    { caller, operation, service, input }: ServiceCall,
    proceed: (input: unknown) => Promise<unknown>,
  ) => {
    const callerName = caller.name.replace(PREFIX, '');
    if (callerName === 'operator') return proceed(input);
    const where = `${callerName} ${operation}`;
    const isWrite = WRITES.includes(operation);
    const keys = service === TABLE ? keysOf(operation, input) : [(input as CallInput).name ?? ''];
    const scope = scopes.getStore();
    await sleep(latency() + (faults.strike('slow call', where) ?? 0) * SLOW_MS);
    options.outages.checkCall(callerName, service);
    if (service === TABLE) {
      if (scope) scope.isProbing = operation === 'PutItem' && keys[0]?.includes('#breaker#') === true;
      checkTenants(callerName, keys);
      if (faults.strike('throttle', where) !== undefined) {
        if (keys[0]?.includes('#breaker#') && scope) scope.breakerUnread = true;
        throw throttlingError();
      }
      if (isWrite && faults.strike('transaction conflict', where) !== undefined)
        throw conflictError(operation, input as CallInput);
    }
    const crash = () => {
      options.crashFunction(callerName, caller);
      return never();
    };
    if (isWrite && faults.strike('crash before commit', where) !== undefined) return crash();
    const tear = isTearable(operation, input) ? faults.strike('torn batch read', where) : undefined;
    const perform = () => {
      if (operation === 'PutEvents') return putEvents(input as CallInput, proceed);
      return tear === undefined ? proceed(input) : tornRead(input, tear, { proceed, sleep });
    };
    const outcome = await perform().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    onCall(callerName, { operation, keys }, 'error' in outcome ? (outcome.error as Error).name : 'ok');
    if (isWrite && faults.strike('crash after commit', where) !== undefined) return crash();
    if (isWrite && faults.strike('time-out after commit', where) !== undefined) {
      await sleep(TIMED_OUT_MS);
      throw timeoutError();
    }
    await sleep(latency());
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  };

  type BatchEvent = { readonly Records?: readonly { readonly messageId?: string }[] };

  const runInvocation = async (id: string, event: unknown, proceed: () => Promise<unknown>) => {
    const response = await proceed();
    const ids = ((event as BatchEvent | undefined)?.Records ?? []).flatMap(({ messageId }) => messageId ?? []);
    if (ids.length > 0) {
      const force = faults.strike('partial batch failure', id);
      if (force === undefined) return response;
      // what the function itself has reported as failed stays failed: otherwise the simulator would lose messages
      const { batchItemFailures = [] } = (response ?? {}) as { readonly batchItemFailures?: readonly object[] };
      return { batchItemFailures: [...batchItemFailures, { itemIdentifier: ids[Math.floor(force * ids.length)] }] };
    }
    if (id === 'relay-publish' && faults.strike('stream batch replay', id) !== undefined) throw crashError('replayed');
    if (id === PROVIDER && faults.strike('late provider answer', id) !== undefined) await sleep(LATE_MS);
    const slowAnswer = id === PROVIDER ? faults.strike('slow provider answer', id) : undefined;
    if (slowAnswer !== undefined) await sleep(slowAnswer * MAX_SLOW_ANSWER_MS);
    return response;
  };

  const invoke: NonNullable<Interceptors['invoke']> = (id, event, proceed) => {
    const caller = scopes.getStore();
    const tenants = options.tenantsOf(id, event);
    const request = id === PROVIDER ? toProviderRequest(event, caller) : undefined;
    if (request) options.onProviderRequest(request, caller?.breakerUnread === false);
    return scopes.run({ fn: id, tenants, breakerUnread: false, isProbing: false }, async () => {
      activeFunctions.push(id);
      try {
        if (!options.outages.allowInvocation(id)) return undefined;
        options.deliveries?.onReceived(id, event);
        await sleep(latency());
        const isDuplicated = faults.strike('invoked twice', id) !== undefined;
        const duplicate = isDuplicated ? runInvocation(id, event, proceed).catch(ignoreFunctionError) : undefined;
        const response = await runInvocation(id, event, proceed);
        // the caller gets only one of the two responses
        await duplicate;
        options.messages.onResponse(id, event, response);
        return response;
      } finally {
        activeFunctions.splice(activeFunctions.indexOf(id), 1);
      }
    });
  };

  const deliver: NonNullable<Interceptors['deliver']> = (queue, envelope, proceed) => {
    const sentIn = generation;
    const deliverAfter = (ms: number) => {
      messagesInFlight += 1;
      void sleep(ms).then(() => {
        messagesInFlight -= 1;
        if (sentIn !== generation) return;
        options.deliveries?.onQueued(queue.replace(PREFIX, ''), envelope);
        proceed();
      });
    };
    const delay = faults.strike('delay of minutes', queue);
    const reordering = faults.strike('reordering', queue);
    const duplicate = faults.strike('duplicate delivery', queue);
    const ms = delay === undefined ? (reordering ?? 0) * MAX_REORDERING_MS : delay * MAX_DELAY_MS;
    deliverAfter(Math.ceil(ms) + latency());
    if (duplicate !== undefined) deliverAfter(Math.ceil(duplicate * MAX_DUPLICATE_DELAY_MS) + latency());
    options.messages.onSent(queue.replace(PREFIX, ''), envelope);
    const keys = [JSON.parse(envelope).detail?.aggregateId ?? ''];
    onCall('bus', { operation: queue.replace(PREFIX, ''), keys }, 'sent');
  };

  return {
    ...{ call, invoke, deliver },
    inFlightCount: () => activeFunctions.length + messagesInFlight,
    activeFunctions: () => activeFunctions,
    dropMessages() {
      generation += 1;
    },
  };
};

const ignoreFunctionError = (error: unknown) => {
  if (!(error instanceof FunctionError)) throw error;
};

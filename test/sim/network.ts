import { AsyncLocalStorage } from 'node:async_hooks';
import { crashError, FunctionError } from '../../embedded/aws/lambda/function-error.ts';
import { type Caller, ServiceError } from '../../embedded/aws/service.ts';
import type { Interceptors, ServiceCall } from '../../embedded/host/interceptors.ts';
import type { Chance } from './chance.ts';
import type { Faults } from './faults.ts';
import { tearable, torn } from './torn.ts';

/** Just not long enough for a client to give up. */
const SLOW_MS = 1_900;
/** Longer than our clients wait, so that a time-out is theirs. */
const TIMED_OUT_MS = 2_000;
/** Longer than Breakwater waits for its provider. */
const LATE_MS = 5_500;
const MINUTES_MS = 15 * 60_000;
/** So large a part of the entries that the bus fails begin an outage of it, the longest of which are some seconds. */
const LONG = 0.3;
const BUS_OUT_MS = 30_000;
const TABLE = 'DynamoDB_20120810';
const PREFIX = 'breakwater-dev-';

const WRITES = ['PutItem', 'UpdateItem', 'DeleteItem', 'TransactWriteItems', 'PutEvents', 'StartExecution'];

/** One invocation, and for whom it works: the tenants that its event names; none where it works for all. */
type Scope = {
  readonly fn: string;
  readonly tenants: ReadonlySet<string> | undefined;
  /** It could not learn how its provider's breaker stands. */
  unread: boolean;
};

type Options = {
  readonly chance: Chance;
  readonly faults: Faults;
  readonly sleep: (ms: number) => Promise<void>;
  readonly crash: (fn: string, environment: Caller) => void;
  /** Hears of every call at the moment at which it took effect, and of its outcome. */
  readonly step: (caller: string, operation: string, keys: readonly string[], outcome: string) => void;
  readonly tenantsOf: (fn: string, event: unknown) => ReadonlySet<string> | undefined;
  /** Hears of every charge that an invocation asks the provider for which knows how the breaker stands. */
  readonly charging: (tenants: ReadonlySet<string>) => void;
  /** Hears of keys that the one for whom a call was made does not own. */
  readonly trespassed: (caller: string, keys: readonly string[], tenants: ReadonlySet<string>) => void;
};

type Write = { readonly Key?: Item; readonly Item?: Item };
type Item = { readonly pk?: { readonly S?: string } };
type Input = Write & {
  readonly TransactItems?: readonly Readonly<Record<string, Write>>[];
  readonly RequestItems?: Readonly<Record<string, { readonly Keys?: readonly Item[] }>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, { readonly S?: string }>>;
  readonly Entries?: readonly { readonly DetailType?: string }[];
  readonly name?: string;
};

const isKey = (text: string | undefined): text is string => text?.includes('#') === true;

/** The partition keys that a call of the table names. */
const keysOf = (operation: string, asked: unknown): string[] => {
  const input = asked as Input;
  const writes = [input, ...(input.TransactItems ?? []).flatMap((part) => Object.values(part))];
  const many = Object.values(input.RequestItems ?? {}).flatMap(({ Keys = [] }) => Keys);
  const queried = operation === 'Query' ? Object.values(input.ExpressionAttributeValues ?? {}).map(({ S }) => S) : [];
  const named = writes.flatMap(({ Key, Item }) => [Key?.pk?.S, Item?.pk?.S]);
  return [...named, ...many.map(({ pk }) => pk?.S), ...queried].filter(isKey);
};

const outcomeOf = (error: unknown) => (error as Error).name;
const timedOut = () => Object.assign(new Error('the call timed out'), { name: 'TimeoutError' });
const throttled = () => new ServiceError('ThrottlingException', 'Rate exceeded');
const never = () => new Promise<never>(() => {});

const conflicted = (operation: string, input: Input) => {
  if (operation !== 'TransactWriteItems')
    return new ServiceError('TransactionConflictException', 'Transaction is ongoing for the item');
  const reasons = (input.TransactItems ?? []).map((_, n) => ({ Code: n === 0 ? 'TransactionConflict' : 'None' }));
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return new ServiceError('TransactionCanceledException', `Transaction cancelled [${codes}]`, {
    CancellationReasons: reasons,
  });
};

export type Network = Interceptors & {
  /** How many invocations and messages there are on their way. */
  readonly underWay: () => number;
  /** The functions that are at work. */
  readonly working: () => readonly string[];
};

/**
 * What lies between the parts of the backend: every call, invocation and message takes its time, one takes effect after the
 * other, and faults strike it on its way there or back.
 */
export const makeNetwork = (options: Options): Network => {
  const { chance, faults, sleep, step } = options;
  const scopes = new AsyncLocalStorage<Scope>();
  const working: string[] = [];
  let travelling = 0;
  let busBackAt = 0;
  const latency = () => chance.int(1, 12);

  const guard = (caller: string, keys: readonly string[]) => {
    const tenants = scopes.getStore()?.tenants;
    if (!tenants) return;
    const foreign = keys.filter((key) => !tenants.has(key.split('#')[1] ?? ''));
    if (foreign.length > 0) options.trespassed(caller, foreign, tenants);
  };

  /** As the bus fails: one entry inside an answer of 200. */
  const putEvents = async (input: Input, act: (input: unknown) => Promise<unknown>) => {
    const entries = input.Entries ?? [];
    const failing = entries.map(({ DetailType = '' }) => {
      const force = faults.strike('failed PutEvents entry', DetailType) ?? -1;
      if (force > 1 - LONG) busBackAt = Date.now() + (force - 1 + LONG) * BUS_OUT_MS;
      return force >= 0 || Date.now() < busBackAt;
    });
    const passed = entries.filter((_, n) => !failing[n]);
    const answer = passed.length > 0 ? await act({ ...input, Entries: passed }) : { Entries: [] };
    const answers = [...(answer as { readonly Entries: readonly object[] }).Entries];
    const failed = { ErrorCode: 'InternalFailure', ErrorMessage: 'The entry could not be put.' };
    const Entries = entries.map((_, n) => (failing[n] ? failed : (answers.shift() ?? failed)));
    return { FailedEntryCount: Entries.filter((one) => 'ErrorCode' in one).length, Entries };
  };

  const call = async (
    { caller, operation, service, input }: ServiceCall,
    act: (input: unknown) => Promise<unknown>,
  ) => {
    const by = caller.name.replace(PREFIX, '');
    if (by === 'operator') return act(input);
    const where = `${by} ${operation}`;
    const writes = WRITES.includes(operation);
    const keys = service === TABLE ? keysOf(operation, input) : [(input as Input).name ?? ''];
    const scope = scopes.getStore();
    await sleep(latency() + (faults.strike('slow call', where) ?? 0) * SLOW_MS);
    if (service === TABLE) {
      guard(by, keys);
      if (faults.strike('throttle', where) !== undefined) {
        if (keys[0]?.includes('#breaker#') && scope) scope.unread = true;
        throw throttled();
      }
      if (writes && faults.strike('transaction conflict', where) !== undefined)
        throw conflicted(operation, input as Input);
    }
    const crash = () => {
      options.crash(by, caller);
      return never();
    };
    if (writes && faults.strike('crash before commit', where) !== undefined) return crash();
    const tear = tearable(operation, input) ? faults.strike('torn batch read', where) : undefined;
    const done = () => {
      if (operation === 'PutEvents') return putEvents(input as Input, act);
      return tear === undefined ? act(input) : torn(input, tear, act, sleep);
    };
    const outcome = await done().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    step(by, operation, keys, 'error' in outcome ? outcomeOf(outcome.error) : 'ok');
    if (writes && faults.strike('crash after commit', where) !== undefined) return crash();
    if (writes && faults.strike('time-out after commit', where) !== undefined) {
      await sleep(TIMED_OUT_MS);
      throw timedOut();
    }
    await sleep(latency());
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  };

  type Event = { readonly path?: string };
  type Batch = { readonly Records?: readonly { readonly messageId?: string }[] };

  const worked = async (id: string, event: unknown, act: () => Promise<unknown>) => {
    const answer = await act();
    const ids = ((event as Batch | undefined)?.Records ?? []).flatMap(({ messageId }) => messageId ?? []);
    if (ids.length > 0) {
      const force = faults.strike('partial batch failure', id);
      const itemIdentifier = ids[Math.floor((force ?? 0) * ids.length)];
      return force === undefined ? answer : { batchItemFailures: [{ itemIdentifier }] };
    }
    if (id === 'relay-publish' && faults.strike('stream batch replay', id) !== undefined) throw crashError('replayed');
    if (id === 'sandbox-provider' && faults.strike('late provider answer', id) !== undefined) await sleep(LATE_MS);
    return answer;
  };

  const invoke: NonNullable<Interceptors['invoke']> = (id, event, act) => {
    const caller = scopes.getStore();
    const tenants = options.tenantsOf(id, event);
    const charges = (event as Event | undefined)?.path === '/sandbox/charges';
    if (charges && tenants && caller?.fn === 'payments-charge' && !caller.unread) options.charging(tenants);
    return scopes.run({ fn: id, tenants, unread: false }, async () => {
      working.push(id);
      try {
        await sleep(latency());
        const twice = faults.strike('invoked twice', id) !== undefined;
        const other = twice ? worked(id, event, act).catch(onlyOurs) : undefined;
        const answer = await worked(id, event, act);
        // whoever invoked hears of one of the two
        await other;
        return answer;
      } finally {
        working.splice(working.indexOf(id), 1);
      }
    });
  };

  const deliver: NonNullable<Interceptors['deliver']> = (queue, envelope, act) => {
    const send = (ms: number) => {
      travelling += 1;
      void sleep(ms).then(() => {
        travelling -= 1;
        act();
      });
    };
    const late = faults.strike('delay of minutes', queue);
    const overtaken = faults.strike('reordering', queue);
    const again = faults.strike('duplicate delivery', queue);
    const ms = late === undefined ? (overtaken ?? 0) * 20_000 : late * MINUTES_MS;
    send(Math.ceil(ms) + latency());
    if (again !== undefined) send(Math.ceil(again * 60_000) + latency());
    step('bus', queue.replace(PREFIX, ''), [JSON.parse(envelope).detail?.aggregateId ?? ''], 'sent');
  };

  return { call, invoke, deliver, underWay: () => working.length + travelling, working: () => working };
};

const onlyOurs = (error: unknown) => {
  if (!(error instanceof FunctionError)) throw error;
};

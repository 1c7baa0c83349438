import type { EventType, FunctionId, WorkflowId } from '#platform/manifest';
import type { Host } from '../../embedded/host/host.ts';
import { secrets } from '../fixtures/secrets.ts';
import type { SendRequest } from './client.ts';
import type { Tenant } from './customers.ts';
import type { Faults } from './faults.ts';
import { attemptKeyOf, countDeadLetters, type ProviderConsole, pauseDeadlines } from './levers.ts';
import type { MessageLedger } from './messages.ts';
import type { Outages, StandstillMode } from './outages.ts';
import type { Restoration } from './restore.ts';

const SECOND = 1_000;
const MAX_OUTAGE_SECONDS = 240;
const MESSAGES_PER_BATCH = 10;
const MAX_BATCHES = 100;
const MAX_STANDSTILL_SECONDS = 180;
const MAX_PAUSE_SECONDS = 240;
/** More attempts than an order may have. */
const MAX_ATTEMPTS = 6;

type Options = {
  readonly host: () => Host;
  readonly send: SendRequest;
  readonly faults: Faults;
  readonly sleep: (ms: number) => Promise<void>;
  /** The functions of the invocations in progress. */
  readonly activeFunctions: () => readonly FunctionId[];
  readonly consumers: readonly FunctionId[];
  /** Every function that works on its own: consumers, the relay and schedules. */
  readonly workers: readonly FunctionId[];
  /** An event type that the consumer consumes. */
  readonly consumedTypeOf: (fn: FunctionId) => EventType;
  readonly outages: Outages;
  readonly messages: MessageLedger;
  readonly console: ProviderConsole;
  readonly restoration: Restoration;
  readonly watch: {
    readonly parkedOrders: () => readonly ParkedOrder[];
    readonly onPause: (from: number, until: number) => void;
  };
  readonly now: () => number;
  readonly definitions: Readonly<Record<WorkflowId, string>>;
};
/** Messages that no consumer can ever handle: no JSON, no event, an event that its schema refuses, one that nobody consumes. */
const POISON: readonly ((n: number, consumedType: EventType) => string)[] = [
  (n) => `no JSON ${n}`,
  (n) => JSON.stringify({ n }),
  (n, type) => JSON.stringify({ 'detail-type': type, detail: { id: `x${n}` } }),
  (n) => JSON.stringify({ 'detail-type': 'NothingConsumes.v1', detail: { id: `x${n}` } }),
];

export type ParkedOrder = { readonly tenantId: string; readonly id: string; readonly parkedFrom: string };
type Message = { readonly Body: string; readonly ReceiptHandle: string };

/** A second number from a larger one, at least 0 and less than 1. */
const fractionOf = (number: number) => number % 1;
const pickByForce = <T>(values: readonly T[], force: number): T => values[Math.floor(force * values.length)] as T;

/** A later version of a saga: it retries tasks less often, and has one more state at its start. */
const changedDefinition = (definition: string, force: number): string => {
  const { States, ...rest } = JSON.parse(definition);
  const { StartAt } = rest;
  const changedStates = Object.entries<Record<string, unknown>>(States).map(([name, state]) => {
    const retries = (state['Retry'] as readonly Record<string, unknown>[] | undefined)?.map((retrier) =>
      retrier['MaxAttempts'] === 0 ? retrier : { ...retrier, MaxAttempts: 1 + Math.floor(force * 4) },
    );
    return [name, retries ? { ...state, Retry: retries } : state];
  });
  const Warm = { Type: 'Pass', Next: StartAt };
  return JSON.stringify({ ...rest, StartAt: 'Warm', States: { Warm, ...Object.fromEntries(changedStates) } });
};

/** The operator of Breakwater, and the faults that strike at ticks. */
export const createOperator = (options: Options) => {
  const { host, send, faults, sleep, activeFunctions, consumers, workers, definitions } = options;
  const { outages, messages, console, restoration, watch, now, consumedTypeOf } = options;
  let poisonCount = 0;
  /** When each function that makes no progress works again, in milliseconds of the run's ticks. */
  const outageEnds = new Map<FunctionId, number>();
  let openedAt = 0;

  const sqs = async <T>(operation: string, input: object): Promise<T> => {
    const { status, json } = await host().callAws({ target: `AmazonSQS.${operation}`, body: JSON.stringify(input) });
    if (status !== 200) throw new Error(`${operation}: ${json}`);
    return JSON.parse(json) as T;
  };
  const urlOf = (fn: FunctionId, suffix = '') => `${host().origin}/000000000000/breakwater-dev-${fn}${suffix}`;

  /** Moves dead letters back to their queue. A poison message that is not discarded fails again. */
  const redrive = async (fn: FunctionId, discardsPoison = false): Promise<void> => {
    const [from, to] = [urlOf(fn, '-dead'), urlOf(fn)];
    for (let n = 0; n < MAX_BATCHES; n += 1) {
      const input = { QueueUrl: from, MaxNumberOfMessages: MESSAGES_PER_BATCH };
      const { Messages = [] } = await sqs<{ readonly Messages?: readonly Message[] }>('ReceiveMessage', input);
      if (Messages.length === 0) break;
      for (const { Body, ReceiptHandle } of Messages) {
        messages.onFoundDead(fn, Body);
        if (!discardsPoison || !messages.isPoison(fn, Body))
          await sqs('SendMessage', { QueueUrl: to, MessageBody: Body });
        await sqs('DeleteMessage', { QueueUrl: from, ReceiptHandle });
      }
    }
  };
  const countAllDeadLetters = async () => {
    const counts = await Promise.all(consumers.map((fn) => countDeadLetters(host(), fn)));
    return counts.reduce((sum, count) => sum + count, 0);
  };
  const setOutage = (tenantId: string, seconds: number) =>
    send('POST', '/sandbox/outages', { bearer: secrets['provider-key'], body: { tenantId, seconds } });

  const sendPoison = async (fn: FunctionId, force: number) => {
    poisonCount += 1;
    const MessageBody = pickByForce(POISON, fractionOf(force * consumers.length))(poisonCount, consumedTypeOf(fn));
    messages.onPoisonSent(fn, MessageBody);
    await sqs('SendMessage', { QueueUrl: urlOf(fn), MessageBody });
  };
  const endOutage = (fn: FunctionId) => {
    outages.end(fn);
    outageEnds.delete(fn);
  };
  const strikeStandstill = (kind: 'consumer fails' | 'consumer stopped', mode: StandstillMode, ms: number) => {
    const force = faults.strike(kind, 'any');
    if (force === undefined) return;
    const fn = pickByForce(workers, force);
    outages.start(fn, mode);
    outageEnds.set(fn, ms + Math.ceil(fractionOf(force * workers.length) * MAX_STANDSTILL_SECONDS) * SECOND);
  };

  const pauseFor = async (ms: number) => {
    const [from, until] = [now(), now() + ms];
    watch.onPause(from, until);
    await pauseDeadlines(host().callAws, { from, until });
  };
  /**
   * Removes the cause of a parked order at the provider and resumes the order: its refunds are allowed, and where the provider keeps a
   * part of the payment of an order that was placed, that part is refunded by hand. One that is unwound returns a part by itself.
   */
  const resume = async ({ tenantId, id, parkedFrom }: ParkedOrder) => {
    for (let n = 1; n <= MAX_ATTEMPTS; n += 1) {
      const key = attemptKeyOf(tenantId, id, n);
      const charge = await console.find(key);
      if (!charge) break;
      await console.allowRefund(key);
      const left = charge.captured - charge.refunded;
      if (parkedFrom === 'placed' && left > 0 && charge.refunded > 0) await console.refund(charge, left);
    }
    await send('POST', `/v1/orders/${id}/resume`, { bearer: secrets['operator-key'], body: { tenantId } });
  };

  const tick = async (tenants: readonly Tenant[], ms: number) => {
    const active = activeFunctions();
    const restart = faults.strike('environment restart', active.join(' '), active.length > 0);
    if (restart !== undefined) host().crashFunction(pickByForce(active, restart));

    const running = host()
      .executions()
      .filter(({ status }) => status === 'RUNNING');
    const deploy = faults.strike('changed saga deployed', `${running.length} executions`, running.length > 0);
    const [id, definition] = pickByForce(Object.entries(definitions), deploy ?? 0);
    if (deploy !== undefined) host().replaceWorkflow(id, changedDefinition(definition, deploy));

    const poison = faults.strike('poison message', 'any');
    if (poison !== undefined) await sendPoison(pickByForce(consumers, poison), poison);

    strikeStandstill('consumer fails', 'fails', ms);
    strikeStandstill('consumer stopped', 'is stopped', ms);
    for (const [fn, endsAt] of outageEnds) if (endsAt <= ms) endOutage(fn);

    const pause = faults.strike('deadlines paused', 'any');
    if (pause !== undefined) await pauseFor(Math.ceil(pause * MAX_PAUSE_SECONDS) * SECOND);

    const parked = watch.parkedOrders();
    const isResumed =
      faults.strike('parked orders resumed', `${parked.length} parked`, parked.length > 0) !== undefined;
    if (isResumed) for (const order of parked) await resume(order);

    const outage = faults.strike('provider outage', 'any');
    if (outage !== undefined) await setOutage(pickByForce(tenants, outage).id, Math.ceil(outage * MAX_OUTAGE_SECONDS));

    const isFirst = !restoration.hasBegun();
    const restored = faults.strike('table restored', 'any', isFirst);
    if (restored !== undefined) {
      await restoration.run(restored, openedAt);
      outageEnds.clear();
    }

    const deadLetterCount = await countAllDeadLetters();
    const redriven = faults.strike('dead letters redriven', `${deadLetterCount} letters`, deadLetterCount > 0);
    if (redriven !== undefined) for (const fn of consumers) await redrive(fn);
  };

  return {
    /** Gives the faults of ticks their opportunities, every second of the span. */
    async runTicks(tenants: readonly Tenant[], spanMs: number) {
      openedAt = now();
      for (let ms = 0; ms < spanMs; ms += SECOND) {
        await sleep(SECOND);
        await tick(tenants, ms);
      }
      for (const fn of [...outageEnds.keys()]) endOutage(fn);
    },
    /** Ends outages and redrives dead letters after the faults have stopped. */
    async cleanUp(tenants: readonly Tenant[]) {
      for (const { id } of tenants) await setOutage(id, 0);
      for (const fn of consumers) await redrive(fn, true);
    },
    countDeadLetters: countAllDeadLetters,
    /** After a call to the provider, it refuses refunds of the charge no longer. */
    allowRefund: console.allowRefund,
    resume,
  };
};

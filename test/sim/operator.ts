import type { FunctionId, WorkflowId } from '#platform/manifest';
import type { Host } from '../../embedded/host/host.ts';
import { secrets } from '../fixtures/secrets.ts';
import type { SendRequest } from './client.ts';
import type { Tenant } from './customers.ts';
import type { Faults } from './faults.ts';

const SECOND = 1_000;
const MAX_OUTAGE_SECONDS = 240;
const MESSAGES_PER_BATCH = 10;
const MAX_BATCHES = 100;

type Options = {
  readonly host: () => Host;
  readonly send: SendRequest;
  readonly faults: Faults;
  readonly sleep: (ms: number) => Promise<void>;
  /** The functions of the invocations in progress. */
  readonly activeFunctions: () => readonly FunctionId[];
  readonly consumers: readonly FunctionId[];
  readonly definitions: Readonly<Record<WorkflowId, string>>;
};
const POISON_BODIES = ['no JSON', '{}', '{"detail-type":"OrderPlaced.v1","detail":{"id":"x"}}'];

type Message = { readonly Body: string; readonly ReceiptHandle: string };

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
export const createOperator = ({ host, send, faults, sleep, activeFunctions, consumers, definitions }: Options) => {
  const sqs = async <T>(operation: string, input: object): Promise<T> => {
    const { status, json } = await host().callAws({ target: `AmazonSQS.${operation}`, body: JSON.stringify(input) });
    if (status !== 200) throw new Error(`${operation}: ${json}`);
    return JSON.parse(json) as T;
  };
  const urlOf = (fn: FunctionId, suffix = '') => `${host().origin}/000000000000/breakwater-dev-${fn}${suffix}`;

  /** Moves dead letters back to their queue, except messages to discard. A poison message that is not discarded fails again. */
  const redrive = async (fn: FunctionId, discardedBodies: readonly string[] = []): Promise<void> => {
    const [from, to] = [urlOf(fn, '-dead'), urlOf(fn)];
    for (let n = 0; n < MAX_BATCHES; n += 1) {
      const input = { QueueUrl: from, MaxNumberOfMessages: MESSAGES_PER_BATCH };
      const { Messages = [] } = await sqs<{ readonly Messages?: readonly Message[] }>('ReceiveMessage', input);
      if (Messages.length === 0) break;
      for (const { Body, ReceiptHandle } of Messages) {
        if (!discardedBodies.includes(Body)) await sqs('SendMessage', { QueueUrl: to, MessageBody: Body });
        await sqs('DeleteMessage', { QueueUrl: from, ReceiptHandle });
      }
    }
  };
  const countDeadLettersOf = async (fn: FunctionId) => {
    const input = { QueueUrl: urlOf(fn, '-dead'), AttributeNames: ['All'] };
    const { Attributes } = await sqs<{ readonly Attributes: Record<string, string> }>('GetQueueAttributes', input);
    return Number(Attributes['ApproximateNumberOfMessages']);
  };
  const countDeadLetters = async () => {
    const counts = await Promise.all(consumers.map(countDeadLettersOf));
    return counts.reduce((sum, count) => sum + count, 0);
  };
  const setOutage = (tenantId: string, seconds: number) =>
    send('POST', '/sandbox/outages', { bearer: secrets['provider-key'], body: { tenantId, seconds } });

  const tick = async (tenants: readonly Tenant[]) => {
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
    const MessageBody = pickByForce(POISON_BODIES, poison ?? 0);
    const QueueUrl = urlOf(pickByForce(consumers, poison ?? 0));
    if (poison !== undefined) await sqs('SendMessage', { QueueUrl, MessageBody });

    const outage = faults.strike('provider outage', 'any');
    if (outage !== undefined) await setOutage(pickByForce(tenants, outage).id, Math.ceil(outage * MAX_OUTAGE_SECONDS));

    const deadLetterCount = await countDeadLetters();
    const redriven = faults.strike('dead letters redriven', `${deadLetterCount} letters`, deadLetterCount > 0);
    if (redriven !== undefined) for (const fn of consumers) await redrive(fn);
  };

  return {
    /** Gives the faults of ticks their opportunities, every second of the span. */
    async runTicks(tenants: readonly Tenant[], spanMs: number) {
      for (let ms = 0; ms < spanMs; ms += SECOND) {
        await sleep(SECOND);
        await tick(tenants);
      }
    },
    /** Ends outages and redrives dead letters after the faults have stopped. */
    async cleanUp(tenants: readonly Tenant[]) {
      for (const { id } of tenants) await setOutage(id, 0);
      for (const fn of consumers) await redrive(fn, POISON_BODIES);
    },
    countDeadLetters,
    /** Removes the cause of a parked order at the provider and resumes the order. */
    async resume(tenantId: string, id: string) {
      const bearer = secrets['provider-key'];
      await send('POST', `/sandbox/charges/${tenantId}.${id}/allow-refund`, { bearer, body: {} });
      await send('POST', `/v1/orders/${id}/resume`, { bearer: secrets['operator-key'], body: { tenantId } });
    },
  };
};

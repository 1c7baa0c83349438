import type { FunctionId, WorkflowId } from '#platform/manifest';
import type { Host } from '../../embedded/host/host.ts';
import type { Tenant } from './customers.ts';
import type { Faults } from './faults.ts';
import { type Ask, secrets } from './world.ts';

const SECOND = 1_000;
const LONGEST_OUTAGE_S = 240;
const BATCH = 10;
/** No dead-letter queue of a simulation holds more than so many batches. */
const MOST_BATCHES = 100;

type Options = {
  readonly host: () => Host;
  readonly ask: Ask;
  readonly faults: Faults;
  readonly sleep: (ms: number) => Promise<void>;
  /** The functions that are at work. */
  readonly working: () => readonly FunctionId[];
  readonly consumers: readonly FunctionId[];
  readonly definitions: Readonly<Record<WorkflowId, string>>;
};
const POISON = ['no JSON', '{}', '{"detail-type":"OrderPlaced.v1","detail":{"id":"x"}}'];

type Message = { readonly Body: string; readonly ReceiptHandle: string };

const nth = <T>(of: readonly T[], force: number): T => of[Math.floor(force * of.length)] as T;

/** The same saga, as a later version may be: its tasks are tried again less often and later, and a state is between the others. */
const changed = (definition: string, force: number): string => {
  const { States, ...rest } = JSON.parse(definition);
  const { StartAt } = rest;
  const retried = Object.entries<Record<string, unknown>>(States).map(([name, state]) => {
    const retries = (state['Retry'] as readonly Record<string, unknown>[] | undefined)?.map((retrier) =>
      retrier['MaxAttempts'] === 0 ? retrier : { ...retrier, MaxAttempts: 1 + Math.floor(force * 4) },
    );
    return [name, retries ? { ...state, Retry: retries } : state];
  });
  const Warm = { Type: 'Pass', Next: StartAt };
  return JSON.stringify({ ...rest, StartAt: 'Warm', States: { Warm, ...Object.fromEntries(retried) } });
};

/** Who runs Breakwater, and what befalls it. */
export const makeOperator = ({ host, ask, faults, sleep, working, consumers, definitions }: Options) => {
  const sqs = async <T>(operation: string, input: object): Promise<T> => {
    const { status, json } = await host().callAws({ target: `AmazonSQS.${operation}`, body: JSON.stringify(input) });
    if (status !== 200) throw new Error(`${operation}: ${json}`);
    return JSON.parse(json) as T;
  };
  const urlOf = (fn: FunctionId, suffix = '') => `${host().origin}/000000000000/breakwater-dev-${fn}${suffix}`;

  /** Dead letters go back to where they came from. Poison dies again, unless it is thrown away. */
  const redrive = async (fn: FunctionId, throwAway: readonly string[] = []): Promise<number> => {
    const [from, to] = [urlOf(fn, '-dead'), urlOf(fn)];
    let moved = 0;
    for (let n = 0; n < MOST_BATCHES; n += 1) {
      const asked = { QueueUrl: from, MaxNumberOfMessages: BATCH };
      const { Messages = [] } = await sqs<{ readonly Messages?: readonly Message[] }>('ReceiveMessage', asked);
      if (Messages.length === 0) break;
      for (const { Body, ReceiptHandle } of Messages) {
        if (!throwAway.includes(Body)) await sqs('SendMessage', { QueueUrl: to, MessageBody: Body });
        await sqs('DeleteMessage', { QueueUrl: from, ReceiptHandle });
        moved += 1;
      }
    }
    return moved;
  };
  const deadLettersOf = async (fn: FunctionId) => {
    const asked = { QueueUrl: urlOf(fn, '-dead'), AttributeNames: ['All'] };
    const { Attributes } = await sqs<{ readonly Attributes: Record<string, string> }>('GetQueueAttributes', asked);
    return Number(Attributes['ApproximateNumberOfMessages']);
  };
  const deadLetters = async () => {
    const counts = await Promise.all(consumers.map(deadLettersOf));
    return counts.reduce((sum, count) => sum + count, 0);
  };
  const outage = (tenantId: string, seconds: number) =>
    ask('POST', '/sandbox/outages', { bearer: secrets['provider-key'], body: { tenantId, seconds } });

  const tick = async (tenants: readonly Tenant[]) => {
    const busy = working();
    const restart = faults.strike('environment restart', busy.join(' '), busy.length > 0);
    if (restart !== undefined) host().crashFunction(nth(busy, restart));

    const running = host()
      .executions()
      .filter(({ status }) => status === 'RUNNING');
    const deploy = faults.strike('changed saga deployed', `${running.length} executions`, running.length > 0);
    const [id, definition] = nth(Object.entries(definitions), deploy ?? 0);
    if (deploy !== undefined) host().replaceWorkflow(id, changed(definition, deploy));

    const poison = faults.strike('poison message', 'any');
    const [MessageBody, QueueUrl] = [nth(POISON, poison ?? 0), urlOf(nth(consumers, poison ?? 0))];
    if (poison !== undefined) await sqs('SendMessage', { QueueUrl, MessageBody });

    const out = faults.strike('provider outage', 'any');
    if (out !== undefined) await outage(nth(tenants, out).id, Math.ceil(out * LONGEST_OUTAGE_S));

    const dead = await deadLetters();
    const again = faults.strike('dead letters redriven', `${dead} letters`, dead > 0);
    if (again !== undefined) for (const fn of consumers) await redrive(fn);
  };

  return {
    /** Second by second, until it is over. */
    async suffer(tenants: readonly Tenant[], spanMs: number) {
      for (let ms = 0; ms < spanMs; ms += SECOND) {
        await sleep(SECOND);
        await tick(tenants);
      }
    },
    /** What a good operator does once the night is over. */
    async tidyUp(tenants: readonly Tenant[]) {
      for (const { id } of tenants) await outage(id, 0);
      for (const fn of consumers) await redrive(fn, POISON);
    },
    deadLetters,
    /** The cause of a parked order is gone: it may go on. */
    async resume(tenantId: string, id: string) {
      const bearer = secrets['provider-key'];
      await ask('POST', `/sandbox/charges/${tenantId}.${id}/allow-refund`, { bearer, body: {} });
      await ask('POST', `/v1/orders/${id}/resume`, { bearer: secrets['operator-key'], body: { tenantId } });
    },
  };
};

import { setImmediate as nextTurn } from 'node:timers/promises';
import FakeTimers from '@sinonjs/fake-timers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contexts } from '#contexts';
import { orderTable } from '#orders/table/order-table';
import type { OrderId } from '#platform/kernel';
import { names } from '#platform/manifest';
import { createSystemRandom } from '../../embedded/aws/random.ts';
import type { SendQuota } from '../../embedded/aws/ses/ses.ts';
import { createVirtualClock } from '../../embedded/aws/virtual-clock.ts';
import { createHost, type Host } from '../../embedded/host/host.ts';
import { busEvent } from '../fixtures/invocation.ts';
import { anOrderNotDue, tenantId } from '../fixtures/order.ts';
import { secrets } from '../fixtures/secrets.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Shorter than the time-out of a function, whose repeated call waits for the end of a step. */
const STEP_MS = 5 * SECOND;
const DELIVER = 'notifications-deliver';
const named = names('dev');

let opened: Host | undefined;
/** The SDK waits by a timer of the process before it repeats a call: in real time, these waits took two thirds of the run. */
let retries: FakeTimers.Clock;
beforeEach(() => {
  retries = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  opened?.close();
  retries.uninstall();
});

/** The backend with SES and this quota, of which only the deliver worker runs. Time passes only on request. */
const openShop = async (quota: SendQuota) => {
  const clock = createVirtualClock();
  const mails: { readonly to: string; readonly atMs: number }[] = [];
  const metrics: string[] = [];
  let running = 0;
  const host = createHost({
    ...{ contexts, secrets, clock, scheduleIntervalMs: () => 100 * DAY },
    random: { ...createSystemRandom(), nextFloat: jitter() },
    mail: { from: 'shop@example.com', quota, onMail: ({ to: [to = ''] }) => mails.push({ to, atMs: clock.now() }) },
    onMetric: ({ name }) => metrics.push(name),
    interceptors: {
      async invoke(_id, _event, proceed) {
        running += 1;
        try {
          return await proceed();
        } finally {
          running -= 1;
        }
      },
    },
  });
  opened = host;
  host.pauseConsumer('relay-publish');
  await host.loadFunctions();
  const call = async (operation: string, input: object) =>
    JSON.parse((await host.callAws({ target: `AmazonSQS.${operation}`, body: JSON.stringify(input) })).json);
  /** Resolves once no function runs. */
  const settle = async () => {
    for (let quietTurns = 0; quietTurns < 10; quietTurns = running > 0 ? 0 : quietTurns + 1) {
      await nextTurn();
      retries.runAll();
    }
  };
  const pass = async (ms: number) => {
    for (let passedMs = 0; passedMs < ms; passedMs += STEP_MS) {
      await settle();
      await clock.advance(STEP_MS);
    }
    await settle();
  };
  const { runtime } = host.createRuntime('orders-write');
  /** Confirms orders of as many customers, at once. */
  const confirm = async (count: number) => {
    const at = new Date(clock.now()).toISOString();
    for (let n = 0; n < count; n += 1) {
      const id = `order-${n}` as OrderId;
      const order = anOrderNotDue({ id, status: 'confirmed', customer: { email: `customer-${n}@example.com` } });
      await runtime.tenants.run(tenantId, () => orderTable(runtime).putIfAbsent(order));
      const data = { run: 1, total: order.total, paidBy: 'provider' };
      const event = { ...{ id: `e-${n}`, type: 'OrderConfirmed.v1', at, tenantId }, aggregateId: id, version: 2, data };
      const QueueUrl = `http://embedded.invalid/000000000000/${named.queue(DELIVER)}`;
      await call('SendMessage', { QueueUrl, MessageBody: JSON.stringify(busEvent(event)) });
    }
  };
  const counts = async (queue: string) => {
    const QueueUrl = `http://embedded.invalid/000000000000/${queue}`;
    const { Attributes } = await call('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] });
    return Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible);
  };
  const state = async () => ({
    waiting: await counts(named.queue(DELIVER)),
    deadLetters: await counts(named.deadLetters(DELIVER)),
    mails: mails.length,
    recipients: new Set(mails.map(({ to }) => to)).size,
  });
  return { clock, confirm, mails, metrics, pass, state };
};

/** Numbers that are spread as random ones are, and the same in each run. */
function jitter() {
  let n = 0;
  return () => {
    n += 1;
    return (n * 0.618_033_988_75) % 1;
  };
}

describe('a burst over the rate of SES', () => {
  it.each([
    { count: 2_000, perSecond: 14, withinMinutes: 30 },
    // the rate of a sandbox: a worker that fails for as long would be reported
    { count: 700, perSecond: 1, withinMinutes: 120 },
  ])(
    'of $count mails at $perSecond a second is sent within $withinMinutes minutes, each mail once, without a dead letter or the alarm of a failing worker',
    async ({ count, perSecond, withinMinutes }) => {
      const { confirm, metrics, pass, state, mails, clock } = await openShop({ perSecond, perDay: 50_000 });
      const startMs = clock.now();
      await confirm(count);
      await pass(withinMinutes * MINUTE);
      expect(await state()).toEqual({ waiting: 0, deadLetters: 0, mails: count, recipients: count });
      // a mail that waits for more than an hour is reported as what it is
      expect(metrics.filter((name) => name !== 'MailsDelayed')).toEqual([]);
      // the account could not have sent them in less time
      const lastMs = Math.max(...mails.map(({ atMs }) => atMs));
      expect(lastMs - startMs).toBeGreaterThanOrEqual((count / perSecond - 1) * SECOND);
    },
    240_000,
  );
});

describe('a spent quota of a day', () => {
  it('has every mail wait until earlier ones leave the last 24 hours, is reported, and causes no dead letter', async () => {
    const { confirm, metrics, pass, state } = await openShop({ perSecond: 1_000, perDay: 5 });
    await confirm(12);
    await pass(23 * HOUR);
    expect(await state()).toEqual({ waiting: 7, deadLetters: 0, mails: 5, recipients: 5 });
    expect([...new Set(metrics)]).toEqual(['MailsDelayed']);
    await pass(2 * HOUR);
    expect(await state()).toEqual({ waiting: 2, deadLetters: 0, mails: 10, recipients: 10 });
    await pass(DAY);
    expect(await state()).toEqual({ waiting: 0, deadLetters: 0, mails: 12, recipients: 12 });
    expect([...new Set(metrics)]).toEqual(['MailsDelayed']);
  }, 240_000);
});

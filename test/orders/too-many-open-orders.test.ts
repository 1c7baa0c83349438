import { expect, it } from 'vitest';
import { contexts } from '#contexts';
import { defaultTimes } from '#platform/runtime/times';
import { createHost } from '../../embedded/host/host.ts';
import { seed, toApiKey } from '../../embedded/host/seed.ts';
import { createLeapingClock } from '../fixtures/leaping-clock.ts';
import { secrets } from '../fixtures/secrets.ts';

const SECOND = 1_000;
const tenants = ['ada', 'bob'].map((tenantId) => ({ tenantId, secret: `${tenantId}-0123456789abcdef` }));
const [ada, bob] = tenants.map(toApiKey) as [string, string];

it('answers 429 to a tenant with too many open orders, after the next count, and not to its replays nor to others', async () => {
  const clock = createLeapingClock();
  const host = createHost({
    ...{ contexts, secrets, clock, times: { ...defaultTimes, maxOpenOrders: 2 } },
    scheduleIntervalMs: () => Number.MAX_SAFE_INTEGER,
  });
  const place = async (key: string, n: number) => {
    const headers = Object.entries({ authorization: `Bearer ${key}`, 'idempotency-key': `order ${n}` });
    const order = { lines: [{ sku: 'mug', quantity: 1 }], customer: { email: 'a@example.com' } };
    const body = JSON.stringify({ ...order, payment: { token: 'tok_ok' } });
    return host.request({ method: 'POST', target: '/v1/orders', headers, body });
  };
  const pass = (ms: number) => clock.driven(new Promise<void>((resolve) => void clock.setTimer(ms, resolve)));
  try {
    await host.loadFunctions();
    for (const tenant of tenants) await clock.driven(seed(host, tenant));
    // their sagas are yet to start
    host.pauseConsumer('orders-start-saga');
    for (const n of [1, 2]) expect((await clock.driven(place(ada, n))).status).toBe(202);
    await clock.driven(host.runSchedule('orders-sweep'));
    await pass(10 * SECOND);

    const refused = await clock.driven(place(ada, 3));
    expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '60' } });
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'too_many_open_orders' });
    expect(await clock.driven(place(ada, 1))).toMatchObject({
      status: 202,
      headers: { 'idempotent-replayed': 'true' },
    });
    expect((await clock.driven(place(bob, 1))).status).toBe(202);

    host.resumeConsumer('orders-start-saga');
    await clock.driven(host.whenIdle());
    // the next count lifts the verdict
    await clock.driven(host.runSchedule('orders-sweep'));
    await pass(10 * SECOND);
    expect((await clock.driven(place(ada, 3))).status).toBe(202);
  } finally {
    host.close();
  }
});

import type { SQSEvent } from 'aws-lambda';
import { afterEach, describe, expect, it } from 'vitest';
import { contexts } from '#contexts';
import { orders } from '#orders/manifest';
import { names } from '#platform/manifest';
import { createVirtualClock } from '../../../embedded/aws/virtual-clock.ts';
import { type LoadEntries, loadProjectEntries } from '../../../embedded/host/functions.ts';
import { createHost, type Host, type HostOptions } from '../../../embedded/host/host.ts';
import { createLeapingClock } from '../../fixtures/leaping-clock.ts';
import { secrets } from '../../fixtures/secrets.ts';
import { type Create, openShop, shop } from './shop.ts';

let close = () => {};
afterEach(() => close());

describe('a consumer of two tenants', () => {
  const EVENTS_OF_A = 400;
  const WORK_MS = 1_000;
  /** The fewest batches at a time that a consumer of ours has. */
  const { concurrency: MIN_BATCHES } = orders.functions['start-saga'];
  type Consumption = {
    readonly deliver?: (host: Host) => NonNullable<HostOptions['interceptors']>['deliver'];
    readonly concurrency?: number;
  };

  /** How many messages of tenant A, of those that wait, a consumer receives before the one that B sends after them. */
  const countOvertakings = async ({ deliver, concurrency = MIN_BATCHES }: Consumption = {}) => {
    const manifest = { ...shop, functions: { ...shop.functions, begin: { ...shop.functions.begin, concurrency } } };
    const clock = createVirtualClock();
    const received: string[] = [];
    const begin: Create =
      (rt) =>
      async ({ Records }: SQSEvent) => {
        for (const { body } of Records) received.push(JSON.parse(body).detail.tenantId);
        await rt.sleep(WORK_MS);
      };
    const interceptors: HostOptions['interceptors'] = {
      deliver: (queue, envelope, proceed) => (deliver ? deliver(host)?.(queue, envelope, proceed) : proceed()),
    };
    const { host } = openShop({ begin }, { clock, contexts: [manifest], interceptors, maxEnvironments: MIN_BATCHES });
    close = host.close;
    const publish = async (tenantId: string, count: number) => {
      const entry = { EventBusName: names('dev').bus, Source: 'shop', DetailType: 'SaleMade.v1' };
      const Entries = Array.from({ length: count }, () => ({ ...entry, Detail: JSON.stringify({ tenantId }) }));
      const { status } = await host.callAws({ target: 'AWSEvents.PutEvents', body: JSON.stringify({ Entries }) });
      expect(status).toBe(200);
    };
    for (let sent = 0; sent < EVENTS_OF_A; sent += 10) await publish('a', 10);
    await clock.advance(WORK_MS / 2);
    const before = received.length;
    expect(before).toBe(MIN_BATCHES * 10);
    await publish('b', 1);
    await clock.advance(WORK_MS * EVENTS_OF_A);
    expect(received).toHaveLength(EVENTS_OF_A + 1);
    return received.indexOf('b') - before;
  };

  it('lets at most ten waiting messages of one tenant overtake one of the other', async () =>
    expect(await countOvertakings()).toBeLessThanOrEqual(10));

  it('lets no more overtake it if its consumer has fewer environments than batches at a time', async () =>
    expect(await countOvertakings({ concurrency: 50 })).toBeLessThanOrEqual(10));

  it('lets hundreds overtake it without message groups', async () => {
    const withoutGroup = (host: Host) => (queue: string, MessageBody: string) => {
      const QueueUrl = `${host.origin}/000000000000/${queue}`;
      void host.callAws({ target: 'AmazonSQS.SendMessage', body: JSON.stringify({ QueueUrl, MessageBody }) });
    };
    expect(await countOvertakings({ deliver: withoutGroup })).toBeGreaterThan(300);
  });
});

describe('slow charges of a tenant', () => {
  const ORDERS_OF_A = 200;
  const ACCOUNT_CONCURRENCY = 60;
  const CHARGE_MS = 20_000;
  /** Until the orders of A are charged, or wait for that. */
  const START_MS = 5_000;
  const slowCharges: LoadEntries = async (file) => {
    const entries = await loadProjectEntries(file);
    if (!file.includes('/payments/')) return entries;
    return { ...entries, charge: { create: (rt) => () => rt.sleep(CHARGE_MS) } };
  };

  const openBackend = async (options: Partial<HostOptions>) => {
    const clock = createLeapingClock();
    const host = createHost({
      ...{ contexts, secrets, clock, loadEntries: slowCharges },
      ...{ accountConcurrency: ACCOUNT_CONCURRENCY, ...options },
    });
    close = host.close;
    await host.loadFunctions();
    let requests = 0;
    const send = async (key: string, [method, target, content]: readonly [string, string, unknown?]) => {
      requests += 1;
      const headers = Object.entries({ authorization: `Bearer ${key}`, 'idempotency-key': `request-${requests}` });
      const body = content === undefined ? '' : JSON.stringify(content);
      const response = await clock.driven(host.request({ method, target, headers, body }));
      return { status: response.status, body: JSON.parse(response.body) };
    };
    const openTenant = async (name: string) => {
      const { body: tenant } = await send(secrets['operator-key'], ['POST', '/v1/tenants', { name }]);
      const request = (...call: readonly [string, string, unknown?]) => send(tenant.apiKey, call);
      await request('PUT', '/v1/products/mug', { name: 'Mug', price: { amount: 1_250, currency: 'EUR' } });
      await request('POST', '/v1/inventory/mug/adjustments', { delta: 1_000, reason: 'received' });
      const place = () =>
        request('POST', '/v1/orders', {
          lines: [{ sku: 'mug', quantity: 1 }],
          ...{ customer: { email: 'ada@example.com' }, payment: { token: 'tok_ok' } },
        });
      return { request, place };
    };
    const [a, b] = [await openTenant('A'), await openTenant('B')];
    for (let n = 0; n < ORDERS_OF_A; n += 1) expect((await a.place()).status).toBe(202);
    await clock.driven(new Promise<void>((resolve) => void clock.setTimer(START_MS, resolve)));
    return b;
  };

  it('take no concurrency of other functions if charges have their own', async () => {
    const b = await openBackend({ reservedConcurrency: { chargeConcurrency: 5 } });
    const { status, body: order } = await b.place();
    expect(status).toBe(202);
    expect(await b.request('GET', `/v1/orders/${order.id}`)).toMatchObject({ status: 200 });
    expect(await b.request('GET', '/v1/inventory/mug')).toMatchObject({ status: 200 });
  });

  it('exhaust the account without a bulkhead, so that others get 503', async () => {
    const b = await openBackend({});
    expect(await b.place()).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  });
});

describe('the concurrency of an account', () => {
  const { pack, sell } = shop.functions;
  const manifest = {
    ...shop,
    functions: {
      ...shop.functions,
      pack: { ...pack, reservedBy: 'packConcurrency' },
      sell: { ...sell, reservedBy: 'sellConcurrency' },
    },
  } as const;
  const statusesOfTwo = async (options: Partial<HostOptions>) => {
    const clock = createVirtualClock();
    const sellSlowly: Create = (rt) => async () => {
      await rt.sleep(1_000);
      return { statusCode: 200, body: '{}' };
    };
    const { host, request } = openShop(
      { sell: sellSlowly },
      { clock, contexts: [manifest], accountConcurrency: 3, ...options },
    );
    close = host.close;
    const sales = [1, 2].map((id) => request({ method: 'GET', target: `/v1/sales/${id}` }));
    await clock.advance(1_000);
    return (await Promise.all(sales)).map(({ status }) => status);
  };

  it('is smaller for all other functions by what a bulkhead reserves', async () =>
    expect(await statusesOfTwo({ reservedConcurrency: { packConcurrency: 2 } })).toEqual([200, 503]));

  it('is not taken from a function that has its own, which also limits it', async () => {
    expect(await statusesOfTwo({ accountConcurrency: 2, reservedConcurrency: { sellConcurrency: 2 } })).toEqual([
      200, 200,
    ]);
    expect(await statusesOfTwo({ reservedConcurrency: { sellConcurrency: 1 } })).toEqual([200, 503]);
  });

  it('is that of all functions without a reservation', async () => expect(await statusesOfTwo({})).toEqual([200, 200]));
});

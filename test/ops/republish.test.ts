import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seed, toApiKey } from '../../embedded/host/seed.ts';
import { type ServedHost, serveHost } from '../fixtures/served-host.ts';

const demo = { tenantId: 'demo', secret: '0123456789abcdef' };
const SKUS = ['mug', 'poster', 'shirt'];
const START = '2000-01-01T00:00:00Z';

let served: ServedHost;

/** Runs the command as an operator does. */
const republish = (...args: readonly string[]) => served.run('ops/republish.ts', ...args);

describe('npm run republish', () => {
  type SentEntry = { readonly DetailType: string; readonly Detail: string; readonly Source: string };
  let sentEntries: SentEntry[] = [];
  let orderId = '';

  beforeAll(async () => {
    served = await serveHost({
      trace: ({ caller, operation, input }) => {
        if (caller === 'operator' && operation === 'PutEvents')
          sentEntries.push(...(input as { Entries: SentEntry[] }).Entries);
      },
    });
    await served.host.loadFunctions();
    await seed(served.host, demo);
    const response = await served.host.request({
      ...{ method: 'POST', target: '/v1/orders' },
      headers: Object.entries({ authorization: `Bearer ${toApiKey(demo)}`, 'idempotency-key': 'one' }),
      body: JSON.stringify({
        lines: [{ sku: 'mug', quantity: 1 }],
        customer: { email: 'ada@example.com' },
        payment: { token: 'tok_ok' },
      }),
    });
    orderId = JSON.parse(response.body).id;
    await served.host.whenIdle();
  });
  afterAll(() => served.close());
  const run = async (...args: readonly string[]) => {
    sentEntries = [];
    return republish('--endpoint', served.origin, ...args);
  };
  const sentEvents = () => sentEntries.map(({ Detail }) => JSON.parse(Detail));

  it('publishes the events of orders again, with the same ids on every run', async () => {
    const first = await run('--since', START);
    expect(first).toEqual({ status: 0, stdout: '1 orders and 3 SKUs read, 5 events published\n', stderr: '' });
    const ofStock = ['StockAdjusted.v1', 'breakwater.inventory'];
    expect(sentEntries.map(({ DetailType, Source }) => [DetailType, Source]).toSorted()).toEqual([
      ['OrderConfirmed.v1', 'breakwater.orders'],
      ['OrderPlaced.v1', 'breakwater.orders'],
      ...[ofStock, ofStock, ofStock],
    ]);
    const firstEvents = sentEvents();
    expect(firstEvents.map(({ aggregateId }) => aggregateId).toSorted()).toEqual(
      [orderId, orderId, ...SKUS].toSorted(),
    );
    expect(firstEvents).toContainEqual(expect.objectContaining({ id: `${orderId}.1`, type: 'OrderPlaced.v1' }));
    expect(firstEvents).toContainEqual(
      expect.objectContaining({ aggregateId: 'mug', data: { skus: ['mug'], delta: 0 } }),
    );
    await run('--since', START);
    expect(sentEvents()).toEqual(firstEvents);
    await served.host.whenIdle();
    expect(served.host.executions()).toHaveLength(1);
  });

  it('publishes nothing in a dry run', async () => {
    expect((await run('--since', START, '--dry-run')).stdout).toBe(
      '1 orders and 3 SKUs read, 5 events would be published\n',
    );
    expect(sentEntries).toEqual([]);
  });

  it('publishes only events of the tenant and the period in its options', async () => {
    // one of them begins like the tenant with orders
    for (const other of ['other', 'dem'])
      expect((await run('--since', START, '--tenant', other)).stdout).toBe(
        '0 orders and 0 SKUs read, 0 events published\n',
      );
    const demoOptions = ['--tenant', 'demo', '--since', '2000-01-01T01:00:00+01:00'];
    expect((await run(...demoOptions, '--until', '2100-01-01T00:00:00Z')).stdout).toBe(
      '1 orders and 3 SKUs read, 5 events published\n',
    );
    expect((await run(...demoOptions, '--until', START)).stdout).toBe('1 orders and 3 SKUs read, 3 events published\n');
  });
});

it.each([
  [['--since', 'yesterday'], /^--since: /],
  [['--since', START, '--tenant', 'a#b'], /^--tenant: /],
  [['--since', START, '--all'], /Unknown option '--all'/],
])('prints what is wrong and its usage: %j', async (args, message) => {
  const { status, stdout, stderr } = await republish(...args);
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(message);
  expect(stderr).toContain('npm run republish -- --since <time>');
});

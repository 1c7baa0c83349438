import { afterEach, beforeEach, expect, it } from 'vitest';
import { openMarket } from './fixtures/market.ts';

/** More than any worker may use at a time, so that it is the manifest that holds them back. */
const ENVIRONMENTS = 100;
/** The table, its stream and all that is under way of 2,000 orders; 210 where it was measured. */
const MOST_MB = 600;
const timeout = 300_000;

let market: Awaited<ReturnType<typeof openMarket>>;
beforeEach(async () => {
  market = await openMarket(ENVIRONMENTS);
});
afterEach(() => market.host.close());

it('ends all of 2,000 orders that come within a second, in bounded memory', { timeout }, async () => {
  // Red when a message is lost or stays, when a worker runs more often at a time than its manifest says, and when start-saga is
  // not the one that the spike waits for.
  const { driven, host, now } = market;
  const skus = Array.from({ length: 20 }, (_, i) => `sku-${i}`);
  for (const sku of skus) await driven(market.offer(sku, 1_000, 4));

  const peak = await market.memoryOf(async () => {
    const before = now();
    const orders = Array.from({ length: 2_000 }, (_, i) =>
      market.place(skus[i % skus.length] ?? '', i % 10 ? 'tok_ok' : 'tok_declined'),
    );
    const placed = await driven(Promise.all(orders));
    expect(now() - before).toBeLessThanOrEqual(1_000);
    expect(placed.filter(({ status }) => status !== 202)).toEqual([]);
    await driven(host.whenIdle());
  });

  expect(peak).toBeLessThan(MOST_MB);
  expect(await driven(market.tally())).toEqual({ confirmed: 1_800, 'cancelled payment_declined': 200 });
  expect(await market.queued()).toBe(0);
  expect(host.executions().filter(({ status }) => status !== 'SUCCEEDED')).toEqual([]);
  for (const { id, concurrency, most } of market.workers) expect(most(), id).toBeLessThanOrEqual(concurrency);
  expect(market.workers.find(({ id }) => id === 'orders-start-saga')).toMatchObject({ concurrency: 2 });
  expect(market.workers.find(({ id }) => id === 'orders-start-saga')?.most()).toBe(2);
});

it('sells exactly the 200 units of a flash sale to 1,000 buyers, over 16 shards', { timeout }, async () => {
  const { driven, host } = market;
  await driven(market.offer('gold-mug', 200, 16));
  const placed = await driven(Promise.all(Array.from({ length: 1_000 }, () => market.place('gold-mug'))));
  expect(placed.filter(({ status }) => status !== 202)).toEqual([]);
  await driven(host.whenIdle());
  expect(await driven(market.tally())).toEqual({ confirmed: 200, 'cancelled out_of_stock': 800 });
  expect(await market.queued()).toBe(0);
  const stock = await driven(market.send('GET', '/v1/inventory/gold-mug'));
  expect(stock.body).toEqual({ sku: 'gold-mug', available: 0, held: 0, sold: 200, shards: 16 });
});

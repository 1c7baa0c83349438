import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLoadHost } from './fixtures/load-host.ts';

/** More than any worker may use at a time, so that the manifest is what limits them. */
const ENVIRONMENTS = 100;
/** For the table, its stream and all work in flight of 2,000 orders; the measured value was 210. */
const MAX_MB = 600;
const timeout = 300_000;

let backend: Awaited<ReturnType<typeof createLoadHost>>;
beforeEach(async () => {
  backend = await createLoadHost(ENVIRONMENTS);
});
afterEach(() => backend.host.close());

it('completes all of 2,000 orders that are placed within a second, in bounded memory', { timeout }, async () => {
  // Red when a message is lost or stays, when a worker runs more often at a time than its manifest allows, and when start-saga is
  // not the worker that limits the spike.
  const { driven, host, now } = backend;
  const skus = Array.from({ length: 20 }, (_, i) => `sku-${i}`);
  for (const sku of skus) await driven(backend.stockSku(sku, { units: 1_000, shards: 4 }));

  const peakMb = await backend.peakMemoryMb(async () => {
    const before = now();
    const orders = Array.from({ length: 2_000 }, (_, i) =>
      backend.place(skus[i % skus.length] ?? '', i % 10 ? 'tok_ok' : 'tok_declined'),
    );
    const placed = await driven(Promise.all(orders));
    expect(now() - before).toBeLessThanOrEqual(1_000);
    expect(placed.filter(({ status }) => status !== 202)).toEqual([]);
    await driven(host.whenIdle());
  });

  expect(peakMb).toBeLessThan(MAX_MB);
  expect(await driven(backend.countOrders())).toEqual({ confirmed: 1_800, 'cancelled payment_declined': 200 });
  expect(await backend.queuedMessages()).toBe(0);
  expect(host.executions().filter(({ status }) => status !== 'SUCCEEDED')).toEqual([]);
  for (const { id, concurrency, peak } of backend.workers) expect(peak(), id).toBeLessThanOrEqual(concurrency);
  expect(backend.workers.find(({ id }) => id === 'orders-start-saga')).toMatchObject({ concurrency: 5 });
  expect(backend.workers.find(({ id }) => id === 'orders-start-saga')?.peak()).toBe(5);
});

it('sells exactly the 200 units of a flash sale to 1,000 buyers, over 16 shards', { timeout }, async () => {
  const { driven, host } = backend;
  await driven(backend.stockSku('gold-mug', { units: 200, shards: 16 }));
  const placed = await driven(Promise.all(Array.from({ length: 1_000 }, () => backend.place('gold-mug'))));
  expect(placed.filter(({ status }) => status !== 202)).toEqual([]);
  await driven(host.whenIdle());
  expect(await driven(backend.countOrders())).toEqual({ confirmed: 200, 'cancelled out_of_stock': 800 });
  expect(await backend.queuedMessages()).toBe(0);
  const stock = await driven(backend.send('GET', '/v1/inventory/gold-mug'));
  expect(stock.body).toEqual({ sku: 'gold-mug', available: 0, held: 0, sold: 200, shards: 16 });
});

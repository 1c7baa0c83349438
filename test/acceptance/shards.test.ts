import { expect, test } from 'vitest';
import { type Client, type Stock, send } from './client.ts';
import { host } from './host.ts';
import { until } from './poll.ts';
import { expectProblem } from './problem.ts';
import { allEnded, openShop, orderEnded, placed, stockBecomes } from './shop.ts';

const BUYERS = Math.min(host.buyersAtOnce, 40);

type Spread = Pick<Stock, 'sku'> & { readonly shards: number };
const spread = ({ key }: Client, sku: string, shards: unknown) =>
  send<Spread>('PUT', `/v1/inventory/${sku}`, { key, body: { shards } });

test('stock is spread over more shards, never fewer, and stays what it is', async () => {
  const shop = await openShop({ mug: 50 });
  for (const shards of [4, 16, 16]) {
    expect(await spread(shop, 'mug', shards)).toMatchObject({ status: 200, body: { sku: 'mug', shards } });
    expect((await shop.stock('mug')).body).toMatchObject({ available: 50, held: 0, sold: 0, shards });
  }
  expectProblem(await spread(shop, 'mug', 15), 'shards_lowered');
  for (const shards of [0, 65, 1.5, '16']) expectProblem(await spread(shop, 'mug', shards), 'invalid_body');
});

test('a line takes from as many shards as it needs, and all of it comes back', async () => {
  const shop = await openShop({ mug: 20 });
  await spread(shop, 'mug', 16);
  const bought = await placed(shop, [['mug', 15]]);
  expect((await orderEnded(shop, bought.id)).status).toBe('confirmed');
  const declined = await placed(shop, [['mug', 5]], 'tok_declined');
  expect((await orderEnded(shop, declined.id)).status).toBe('cancelled');
  await stockBecomes(shop, { sku: 'mug', available: 5, held: 0, sold: 15 });
});

test('the count is raised while orders flow: none that there is stock for is refused', {
  timeout: 2 * host.limits.rushMs,
}, async () => {
  const shop = await openShop({ mug: BUYERS });
  const raise = async () => {
    // who is told of a conflict tries again
    for (const shards of [2, 8, 32])
      await until(
        host.limits.rushMs,
        () => spread(shop, 'mug', shards),
        ({ status }) => status === 200,
      );
  };
  const buyers = Array.from({ length: BUYERS }, () => placed(shop, [['mug', 1]]));
  await Promise.all([...buyers, raise()]);
  const orders = await allEnded(shop, BUYERS, host.limits.rushMs);
  expect(orders.filter(({ status }) => status !== 'confirmed')).toEqual([]);
  await stockBecomes(shop, { sku: 'mug', available: 0, held: 0, sold: BUYERS });
});

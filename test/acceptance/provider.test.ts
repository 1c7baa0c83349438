import { describe, expect, test } from 'vitest';
import { chargeOf } from './client.ts';
import { host } from './host.ts';
import { until } from './poll.ts';
import { openShop, orderEnded, placed, stockBecomes } from './shop.ts';

/** From an order's acceptance until two sweeps have started it anew. */
const patience = host.limits.orderMs + 2 * (host.times.maxStandstillMs + host.limits.sweepMs);

describe('a provider that nobody can rely on captures once, and the order is confirmed', () => {
  test.concurrent.each([
    ['fails now and then', 'tok_flaky'],
    ['captures and answers too late', 'tok_commits_late'],
    ['fails, and captures all the same', 'tok_unknown_then_commits'],
  ])('it %s', async (_, token) => {
    const shop = await openShop({ mug: 10 });
    const { id, total } = await placed(shop, [['mug', 2]], token);
    expect(await orderEnded(shop, id, patience)).toMatchObject({ status: 'confirmed' });
    expect((await chargeOf(shop.tenantId, id)).body).toMatchObject({ captured: total.amount, refunded: 0 });
    await stockBecomes(shop, { sku: 'mug', available: 8, held: 0, sold: 2 });
  });
});

describe('an order whose payment nobody knows of is cancelled, holds nothing and keeps no money', () => {
  test.concurrent.each([
    ['that never answers', 'tok_unreachable'],
    ['that captures and answers too late', 'tok_commits_late'],
  ])('by its customer, at a provider %s', async (_, token) => {
    const shop = await openShop({ mug: 10 });
    const { id } = await placed(shop, [['mug', 2]], token);
    await until(
      host.limits.orderMs,
      () => shop.stock('mug'),
      ({ body }) => body.available === 8,
    );
    expect((await shop.cancel(id)).status).toBe(202);
    expect(await orderEnded(shop, id, patience)).toMatchObject({
      status: 'cancelled',
      reason: 'cancelled_by_customer',
    });
    const { captured = 0, refunded = 0 } = (await chargeOf(shop.tenantId, id)).body;
    expect(captured - refunded).toBe(0);
    await stockBecomes(shop, { sku: 'mug', available: 10, held: 0, sold: 0 });
  });

  test.concurrent('at its deadline, at a provider that only fails', async () => {
    const shop = await openShop({ mug: 10 });
    const { id } = await placed(shop, [['mug', 2]], 'tok_5xx');
    const order = await orderEnded(shop, id, host.times.orderDeadlineMs + patience);
    expect(order).toMatchObject({ status: 'cancelled', reason: 'expired' });
    const { captured = 0, refunded = 0 } = (await chargeOf(shop.tenantId, id)).body;
    expect(captured - refunded).toBe(0);
    await stockBecomes(shop, { sku: 'mug', available: 10, held: 0, sold: 0 });
  });
});

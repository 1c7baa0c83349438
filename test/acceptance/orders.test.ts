import { describe, expect, test } from 'vitest';
import { chargeOf, type Order, orderOf, send } from './client.ts';
import { host } from './host.ts';
import { until } from './poll.ts';
import { expectProblem } from './problem.ts';
import { openShop, orderEnded, PRICE, placed, type Shop, stockBecomes } from './shop.ts';

const statuses = ({ history }: Order) => history.map(({ status }) => status);

/** What the provider holds of the buyer's money; nothing where it was never asked to charge. */
const moneyKept = async ({ tenantId }: Shop, id: string): Promise<number> => {
  const { status, body } = await chargeOf(tenantId, id);
  return status === 404 ? 0 : body.captured - body.refunded;
};

test('an order is accepted, confirmed and paid', async () => {
  const shop = await openShop({ mug: 10, tray: 10 });
  const { url, status, headers, body } = await shop.place(
    orderOf([
      ['mug', 2],
      ['tray', 1],
    ]),
  );
  expect(status).toBe(202);
  const lines = [
    { sku: 'mug', quantity: 2, unitPrice: PRICE },
    { sku: 'tray', quantity: 1, unitPrice: PRICE },
  ];
  expect(body).toMatchObject({ status: 'placed', lines, total: { amount: 3_750, currency: 'EUR' } });
  expect(statuses(body)).toEqual(['placed']);

  const confirmed = await orderEnded(shop, body.id);
  expect(confirmed).toMatchObject({ id: body.id, status: 'confirmed', lines, total: body.total });
  expect(statuses(confirmed)).toEqual(['placed', 'confirmed']);
  expect(confirmed.history.map(({ at }) => new Date(at).toISOString())).toEqual(confirmed.history.map(({ at }) => at));
  expect((await chargeOf(shop.tenantId, body.id)).body).toMatchObject({ captured: 3_750, refunded: 0 });
  await stockBecomes(shop, { sku: 'mug', available: 8, held: 0, sold: 2 });

  const location = new URL(headers.get('location') ?? '', url).href;
  expect(await send<Order>('GET', location, { key: shop.key })).toMatchObject({ status: 200, body: { id: body.id } });
});

test('a price that changes later does not change an order', async () => {
  const shop = await openShop({ mug: 10 });
  const { id } = await placed(shop, [['mug', 1]]);
  await shop.putProduct('mug', { name: 'Mug', price: { ...PRICE, amount: 9_999 } });
  expect((await orderEnded(shop, id)).total).toEqual(PRICE);
});

test('the list of orders begins with the youngest', async () => {
  const shop = await openShop({ mug: 10 });
  const first = await placed(shop, [['mug', 1]]);
  const second = await placed(shop, [['mug', 1]]);
  const { body } = await until(
    host.limits.orderMs,
    () => shop.orders(),
    (it) => it.body.items.length === 2,
  );
  expect(body.items.map(({ id }) => id)).toEqual([second.id, first.id]);
  expect(body.next).toBeNull();
  const page = (await shop.orders('?limit=1')).body;
  expect(page.items).toEqual([expect.objectContaining({ id: second.id })]);
  const rest = (await shop.orders(`?limit=1&cursor=${page.next}`)).body;
  expect(rest).toEqual({ items: [expect.objectContaining({ id: first.id })], next: null });
});

test('what is out of stock is not sold: the order is cancelled, and other lines go back', async () => {
  const shop = await openShop({ mug: 10, tray: 1 });
  const { id } = await placed(shop, [
    ['mug', 2],
    ['tray', 2],
  ]);
  const order = await orderEnded(shop, id);
  expect(order).toMatchObject({ status: 'cancelled', reason: 'out_of_stock' });
  expect(statuses(order)).toEqual(['placed', 'cancelling', 'cancelled']);
  await stockBecomes(shop, { sku: 'mug', available: 10, held: 0, sold: 0 });
  await stockBecomes(shop, { sku: 'tray', available: 1, held: 0, sold: 0 });
});

test('a declined payment cancels the order and gives its stock back', async () => {
  const shop = await openShop({ mug: 10 });
  const { id } = await placed(shop, [['mug', 2]], 'tok_declined');
  expect(await orderEnded(shop, id)).toMatchObject({ status: 'cancelled', reason: 'payment_declined' });
  expect((await chargeOf(shop.tenantId, id)).body).toMatchObject({ captured: 0 });
  await stockBecomes(shop, { sku: 'mug', available: 10, held: 0, sold: 0 });
});

describe('cancelled before it is confirmed, an order holds nothing and keeps no money', () => {
  const moments = {
    'as soon as it was placed': async () => {},
    'while the provider has captured, but not answered': async (tenantId: string, id: string) => {
      await until(
        host.limits.orderMs,
        () => chargeOf(tenantId, id),
        ({ status, body }) => status === 200 && body.captured > 0,
      );
    },
  };
  test.each(Object.entries(moments))('%s', async (_, moment) => {
    const shop = await openShop({ mug: 10 });
    const { id } = await placed(shop, [['mug', 2]], 'tok_slow');
    await moment(shop.tenantId, id);
    expect(await shop.cancel(id)).toMatchObject({ status: 202, body: { id, status: 'cancelling' } });

    const order = await orderEnded(shop, id);
    expect(order).toMatchObject({ status: 'cancelled', reason: 'cancelled_by_customer' });
    expect(statuses(order)).toEqual(['placed', 'cancelling', 'cancelled']);
    expect(await moneyKept(shop, id)).toBe(0);
    await stockBecomes(shop, { sku: 'mug', available: 10, held: 0, sold: 0 });
    expect(await shop.cancel(id)).toMatchObject({ status: 202, body: { status: 'cancelled' } });
  });
});

test('a confirmed order cannot be cancelled', async () => {
  const shop = await openShop({ mug: 10 });
  const { id } = await placed(shop, [['mug', 1]]);
  expect((await orderEnded(shop, id)).status).toBe('confirmed');
  expectProblem(await shop.cancel(id), 'order_confirmed');
  expect((await shop.order(id)).body.status).toBe('confirmed');
});

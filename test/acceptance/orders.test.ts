import { describe, expect, test } from 'vitest';
import { createOrderBody, getCharge, type Order, send } from './client.ts';
import { host } from './host.ts';
import { pollUntil } from './poll.ts';
import { expectProblem } from './problem.ts';
import { expectStock, openShop, PRICE, placeOrder, type Shop, waitForOrderEnd } from './shop.ts';

const statuses = ({ history }: Order) => history.map(({ status }) => status);

/** The amount that the provider has captured and not refunded. */
const getCapturedAmount = async ({ tenantId }: Shop, id: string): Promise<number> => {
  const { status, body } = await getCharge(tenantId, id);
  return status === 404 ? 0 : body.captured - body.refunded;
};

test('an order is accepted, confirmed and paid', async () => {
  const shop = await openShop({ mug: 10, tray: 10 });
  const { url, status, headers, body } = await shop.place(
    createOrderBody([
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

  const confirmed = await waitForOrderEnd(shop, body.id);
  expect(confirmed).toMatchObject({ id: body.id, status: 'confirmed', lines, total: body.total });
  expect(statuses(confirmed)).toEqual(['placed', 'confirmed']);
  expect(confirmed.history.map(({ at }) => new Date(at).toISOString())).toEqual(confirmed.history.map(({ at }) => at));
  expect((await getCharge(shop.tenantId, body.id)).body).toMatchObject({ captured: 3_750, refunded: 0 });
  await expectStock(shop, { sku: 'mug', available: 8, held: 0, sold: 2 });

  const location = new URL(headers.get('location') ?? '', url).href;
  expect(await send<Order>('GET', location, { key: shop.key })).toMatchObject({ status: 200, body: { id: body.id } });
});

test('a later price change does not change an order', async () => {
  const shop = await openShop({ mug: 10 });
  const { id } = await placeOrder(shop, [['mug', 1]]);
  await shop.putProduct('mug', { name: 'Mug', price: { ...PRICE, amount: 9_999 } });
  expect((await waitForOrderEnd(shop, id)).total).toEqual(PRICE);
});

test('the list of orders starts with the newest', async () => {
  const shop = await openShop({ mug: 10 });
  const first = await placeOrder(shop, [['mug', 1]]);
  const second = await placeOrder(shop, [['mug', 1]]);
  const { body } = await pollUntil(
    host.limits.orderMs,
    () => shop.orders(),
    ({ body }) => body.items.length === 2,
  );
  expect(body.items.map(({ id }) => id)).toEqual([second.id, first.id]);
  expect(body.next).toBeNull();
  const page = (await shop.orders('?limit=1')).body;
  expect(page.items).toEqual([expect.objectContaining({ id: second.id })]);
  const lastPage = (await shop.orders(`?limit=1&cursor=${page.next}`)).body;
  expect(lastPage).toEqual({ items: [expect.objectContaining({ id: first.id })], next: null });
});

test('an order of a SKU without stock is cancelled, and its other lines are released', async () => {
  const shop = await openShop({ mug: 10, tray: 1 });
  const { id } = await placeOrder(shop, [
    ['mug', 2],
    ['tray', 2],
  ]);
  const order = await waitForOrderEnd(shop, id);
  expect(order).toMatchObject({ status: 'cancelled', reason: 'out_of_stock' });
  expect(statuses(order)).toEqual(['placed', 'cancelling', 'cancelled']);
  await expectStock(shop, { sku: 'mug', available: 10, held: 0, sold: 0 });
  await expectStock(shop, { sku: 'tray', available: 1, held: 0, sold: 0 });
});

test('a declined payment cancels the order and releases its stock', async () => {
  const shop = await openShop({ mug: 10 });
  const { id } = await placeOrder(shop, [['mug', 2]], 'tok_declined');
  expect(await waitForOrderEnd(shop, id)).toMatchObject({ status: 'cancelled', reason: 'payment_declined' });
  expect((await getCharge(shop.tenantId, id)).body).toMatchObject({ captured: 0 });
  await expectStock(shop, { sku: 'mug', available: 10, held: 0, sold: 0 });
});

describe('an order that is cancelled before its confirmation releases its stock and its money', () => {
  const waits = {
    'immediately after it was placed': async () => {},
    'after the provider has captured, before it answers': async (tenantId: string, id: string) => {
      await pollUntil(
        host.limits.orderMs,
        () => getCharge(tenantId, id),
        ({ status, body }) => status === 200 && body.captured > 0,
      );
    },
  };
  test.each(Object.entries(waits))('%s', async (_, wait) => {
    const shop = await openShop({ mug: 10 });
    const { id } = await placeOrder(shop, [['mug', 2]], 'tok_slow');
    await wait(shop.tenantId, id);
    expect(await shop.cancel(id)).toMatchObject({ status: 202, body: { id, status: 'cancelling' } });

    const order = await waitForOrderEnd(shop, id);
    expect(order).toMatchObject({ status: 'cancelled', reason: 'cancelled_by_customer' });
    expect(statuses(order)).toEqual(['placed', 'cancelling', 'cancelled']);
    expect(await getCapturedAmount(shop, id)).toBe(0);
    await expectStock(shop, { sku: 'mug', available: 10, held: 0, sold: 0 });
    expect(await shop.cancel(id)).toMatchObject({ status: 202, body: { status: 'cancelled' } });
  });
});

test('a confirmed order cannot be cancelled', async () => {
  const shop = await openShop({ mug: 10 });
  const { id } = await placeOrder(shop, [['mug', 1]]);
  expect((await waitForOrderEnd(shop, id)).status).toBe('confirmed');
  expectProblem(await shop.cancel(id), 'order_confirmed');
  expect((await shop.order(id)).body.status).toBe('confirmed');
});

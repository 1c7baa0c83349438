import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { type Client, clientOf, createTenant, type Lines, type Order, orderOf, type Stock } from './client.ts';
import { host } from './host.ts';
import { until } from './poll.ts';

/** 1,250 cents a piece, whatever it is. */
export const PRICE = { amount: 1_250, currency: 'EUR' };

export type Shop = Client & { readonly tenantId: string };

/** A new tenant that sells these SKUs, each with so many units in stock. */
export const openShop = async (stock: Readonly<Record<string, number>> = {}): Promise<Shop> => {
  const created = await createTenant({ name: 'Acme' });
  expect(created.status).toBe(201);
  const client = clientOf(created.body.apiKey);
  await Promise.all(
    Object.entries(stock).map(async ([sku, units]) => {
      expect((await client.putProduct(sku, { name: sku, price: PRICE })).status).toBe(201);
      expect((await client.adjust(sku, { delta: units, reason: 'received' })).status).toBe(201);
    }),
  );
  return { ...client, tenantId: created.body.id };
};

/** Places the order as a good client does: what the host cannot answer now is asked again, with the same key. */
export const placed = async (shop: Shop, lines: Lines, token?: string): Promise<Order> => {
  const key = randomUUID();
  const { status, body } = await until(
    host.limits.orderMs,
    () => shop.place(orderOf(lines, token), key),
    (answer) => answer.status !== 503,
  );
  expect(status, JSON.stringify(body)).toBe(202);
  return body;
};

export const ended = ({ status }: Order) => status === 'confirmed' || status === 'cancelled';

export const orderEnded = async (shop: Shop, id: string, withinMs = host.limits.orderMs): Promise<Order> =>
  (
    await until(
      withinMs,
      () => shop.order(id),
      ({ body }) => ended(body),
    )
  ).body;

const PAGE = 100;

/** The tenant's newest orders, page by page: all, or no more than are wanted. */
export const allOrders = async (shop: Shop, most = Number.POSITIVE_INFINITY): Promise<readonly Order[]> => {
  const orders: Order[] = [];
  for (let cursor: string | null = ''; cursor !== null && orders.length < most; ) {
    const limit = Math.min(PAGE, most - orders.length);
    const { body }: Awaited<ReturnType<Shop['orders']>> = await shop.orders(
      `?limit=${limit}${cursor && `&cursor=${cursor}`}`,
    );
    orders.push(...body.items);
    cursor = body.next;
  }
  return orders;
};

/** So many of the tenant's newest orders, once each has ended. */
export const newestEnded = (shop: Shop, count: number, withinMs: number): Promise<readonly Order[]> =>
  until(
    withinMs,
    () => allOrders(shop, count),
    (orders) => orders.length === count && orders.every(ended),
  );

/** The tenant's orders once each of so many has ended. */
export const allEnded = (shop: Shop, count: number, withinMs: number): Promise<readonly Order[]> =>
  until(
    withinMs,
    () => allOrders(shop),
    (orders) => orders.length === count && orders.every(ended),
  );

/** The stock once it is as wanted; `available` must be so at once, for it is never behind. */
export const stockBecomes = async (shop: Shop, wanted: Stock, withinMs = host.limits.orderMs): Promise<void> => {
  const { body } = await until(
    withinMs,
    () => shop.stock(wanted.sku),
    (it) => it.body.available !== wanted.available || (it.body.held === wanted.held && it.body.sold === wanted.sold),
  );
  expect(body).toMatchObject(wanted);
};

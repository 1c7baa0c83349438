import { expect } from 'vitest';
import { createNameDrawerFor } from '../fixtures/nasty-names.ts';
import {
  type Client,
  type ClientNames,
  createClient,
  createOrderBody,
  createTenant,
  type Lines,
  type Order,
  type Stock,
} from './client.ts';
import { host } from './host.ts';
import { pollUntil } from './poll.ts';

/** The price of every product: 1,250 cents. */
export const PRICE = { amount: 1_250, currency: 'EUR' };

export type Shop = Client & { readonly tenantId: string };

/** Names that the same test draws again in every run: failures repeat. */
const drawNames = (purpose: string) => {
  const { currentTestName = '', testPath = '' } = expect.getState();
  return createNameDrawerFor(`${testPath.split('/').at(-1)} ${currentTestName} ${purpose}`);
};

/**
 * Creates a tenant that sells these SKUs, with their units in stock. What the test calls `mug` has a SKU from the alphabet of nasty names,
 * the same in every shop of the test; so do the tenant's name and the idempotency keys.
 */
export const openShop = async (
  stock: Readonly<Record<string, number>> = {},
  { skus }: Pick<ClientNames, 'skus'> = { skus: new Map() },
): Promise<Shop> => {
  const created = await createTenant({ name: drawNames('tenant')() });
  expect(created.status).toBe(201);
  const drawSku = drawNames('skus');
  const named = new Map([...skus, ...Object.keys(stock).map((label) => [label, drawSku()] as const)]);
  const client = createClient(created.body.apiKey, { skus: named, newKey: drawNames('keys') });
  await Promise.all(
    Object.entries(stock).map(async ([sku, units]) => {
      expect((await client.putProduct(sku, { name: sku, price: PRICE })).status).toBe(201);
      expect((await client.adjust(sku, { delta: units, reason: 'received' })).status).toBe(201);
    }),
  );
  return { ...client, tenantId: created.body.id };
};

/** Places the order as a good client does: it retries a 503 with the same key. */
export const placeOrder = async (shop: Shop, lines: Lines, token?: string): Promise<Order> => {
  const key = shop.newKey();
  const { status, body } = await pollUntil(
    host.limits.orderMs,
    () => shop.place(createOrderBody(lines, token), key),
    (response) => response.status !== 503,
  );
  expect(status, JSON.stringify(body)).toBe(202);
  return body;
};

export const hasEnded = ({ status }: Order) => status === 'confirmed' || status === 'cancelled';

export const waitForOrderEnd = async (shop: Shop, id: string, timeoutMs = host.limits.orderMs): Promise<Order> =>
  (
    await pollUntil(
      timeoutMs,
      () => shop.order(id),
      ({ body }) => hasEnded(body),
    )
  ).body;

const MAX_PAGE_SIZE = 100;

/** Reads the tenant's orders page by page, the newest first: all of them, or the maximum. */
export const listOrders = async (shop: Shop, max = Number.POSITIVE_INFINITY): Promise<readonly Order[]> => {
  const orders: Order[] = [];
  for (let cursor: string | null = ''; cursor !== null && orders.length < max; ) {
    const limit = Math.min(MAX_PAGE_SIZE, max - orders.length);
    const { body }: Awaited<ReturnType<Shop['orders']>> = await shop.orders(
      `?limit=${limit}${cursor && `&cursor=${cursor}`}`,
    );
    orders.push(...body.items);
    cursor = body.next;
  }
  return orders;
};

/** Waits until the tenant's newest orders have ended, and resolves to them. */
export const waitForNewestOrders = (shop: Shop, count: number, timeoutMs: number): Promise<readonly Order[]> =>
  pollUntil(
    timeoutMs,
    () => listOrders(shop, count),
    (orders) => orders.length === count && orders.every(hasEnded),
  );

/** Waits until the tenant has this number of orders and all have ended, and resolves to them. */
export const waitForAllOrders = (shop: Shop, count: number, timeoutMs: number): Promise<readonly Order[]> =>
  pollUntil(
    timeoutMs,
    () => listOrders(shop),
    (orders) => orders.length === count && orders.every(hasEnded),
  );

/** Waits for the expected stock. `available` is never stale, so it must be right immediately. */
export const expectStock = async (shop: Shop, expected: Stock, timeoutMs = host.limits.orderMs): Promise<void> => {
  const { body } = await pollUntil(
    timeoutMs,
    () => shop.stock(expected.sku),
    ({ body: stock }) =>
      stock.available !== expected.available || (stock.held === expected.held && stock.sold === expected.sold),
  );
  expect(body).toMatchObject(expected);
};

import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { createNameDrawerFor } from '../fixtures/nasty-names.ts';
import {
  type Charge,
  type Client,
  type ClientNames,
  createClient,
  createOrderBody,
  createTenant,
  getCharge,
  type Lines,
  type Order,
  type Page,
  type Stock,
} from './client.ts';
import { host } from './host.ts';
import { pollUntil } from './poll.ts';
import { expectStatus } from './request.ts';

/** The price of every product: 1,250 cents. */
export const PRICE = { amount: 1_250, currency: 'EUR' };

export type Shop = Client & { readonly tenantId: string };

const MAX_OPENINGS = 5;

/** Creates a tenant. If the response with the API key was lost, it creates another one, since no replay repeats the key. */
export const openTenant = async (name = 'Acme') => {
  for (let n = 0; n < MAX_OPENINGS; n += 1) {
    const idempotencyKey = randomUUID();
    const response = await createTenant({ name }, undefined, idempotencyKey);
    const { apiKey, ...tenant } = await expectStatus(response, 201);
    if (apiKey !== undefined) return { ...tenant, apiKey, idempotencyKey };
    if (response.attempts === 1) throw new Error('the first response has no API key');
  }
  throw new Error(`no response of ${MAX_OPENINGS} has an API key`);
};

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
  const tenant = await openTenant(drawNames('tenant')());
  const drawSku = drawNames('skus');
  const named = new Map([...skus, ...Object.keys(stock).map((label) => [label, drawSku()] as const)]);
  const client = createClient(tenant.apiKey, { skus: named, newKey: drawNames('keys') });
  await Promise.all(
    Object.entries(stock).map(async ([sku, units]) => {
      await expectStatus(client.putProduct(sku, { name: sku, price: PRICE }), 201, 200);
      await expectStatus(client.adjust(sku, { delta: units, reason: 'received' }), 201);
    }),
  );
  return { ...client, tenantId: tenant.id };
};

export const placeOrder = (shop: Shop, lines: Lines, token?: string): Promise<Order> =>
  expectStatus(shop.place(createOrderBody(lines, token)), 202);

export const hasEnded = ({ status }: Order) => status === 'confirmed' || status === 'cancelled';

export const readOrder = (shop: Shop, id: string): Promise<Order> => expectStatus(shop.order(id), 200);

export const waitForOrderEnd = (shop: Shop, id: string, timeoutMs = host.limits.orderMs): Promise<Order> =>
  pollUntil(timeoutMs, () => readOrder(shop, id), hasEnded);

const MAX_PAGE_SIZE = 100;

/** Reads the tenant's orders page by page, the newest first: all of them, or the maximum. */
export const listOrders = async (shop: Shop, max = Number.POSITIVE_INFINITY): Promise<readonly Order[]> => {
  const orders: Order[] = [];
  for (let cursor: string | null = ''; cursor !== null && orders.length < max; ) {
    const limit = Math.min(MAX_PAGE_SIZE, max - orders.length);
    const query = `?limit=${limit}${cursor && `&cursor=${cursor}`}`;
    const page: Page<Order> = await expectStatus(shop.orders(query), 200);
    orders.push(...page.items);
    cursor = page.next;
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

const NO_CHARGE: Charge = { status: 'none', captured: 0, refunded: 0 };

/** The provider's record of the order's charge, with zeros if there is none. */
export const readCharge = async (tenantId: string, orderId: string): Promise<Charge> => {
  const response = await getCharge(tenantId, orderId);
  return response.status === 404 ? NO_CHARGE : expectStatus(response, 200);
};

export const readStock = (shop: Shop, sku: string): Promise<Stock> => expectStatus(shop.stock(sku), 200);

/** Waits for the expected stock. `available` is never stale, so it must be right immediately; `held` and `sold` may be counted later. */
export const expectStock = async (shop: Shop, expected: Stock, timeoutMs = host.limits.orderMs): Promise<void> => {
  const stock = await pollUntil(
    timeoutMs,
    () => readStock(shop, expected.sku),
    (stock) => stock.available !== expected.available || (stock.held === expected.held && stock.sold === expected.sold),
  );
  expect(stock).toMatchObject(expected);
};

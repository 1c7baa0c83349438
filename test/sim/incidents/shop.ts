import { secrets } from '../../fixtures/secrets.ts';
import type { ClientRequest, SendRequest } from '../client.ts';
import type { Levers } from './levers.ts';

const SKU = 'mug';
const PRICE = { amount: 1_250, currency: 'EUR' };
/** More than one, so that a backlog of orders does not queue for one item. */
const SHARDS = 16;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const CANCELS_AFTER_MS = 30 * SECOND;
const POLL_MS = 2 * MINUTE;
const MAX_POLLS = 60;
const RETRY_MS = MINUTE;
const MAX_TRIES = 120;
const FINAL_STATUSES = ['confirmed', 'cancelled'];

export type Tenant = { readonly id: string; readonly apiKey: string };
type Order = {
  readonly id: string;
  readonly status: string;
  readonly total: { readonly amount: number; readonly currency: string };
  readonly instructions?: { readonly reference: string };
};

/** What a customer does. Every twelfth cancels, every twentieth has a card that is declined, every fifth pays offline if told to. */
export type Customer = {
  readonly n: number;
  /** The idempotency key of the order. */
  readonly key: string;
  readonly token: string;
  readonly cancels: boolean;
  readonly paysOffline: boolean;
};
export const customerOf = (n: number): Customer => ({
  n,
  key: `order-${n}`,
  token: n % 20 === 13 ? 'tok_declined' : 'tok_ok',
  cancels: n % 12 === 7,
  paysOffline: n % 5 === 1,
});
/** A customer whose payment takes three seconds, so that the order is still under way a second after it was placed. */
export const slowCustomerOf = (n: number): Customer => ({
  ...{ n, key: `slow-order-${n}`, token: 'tok_slow' },
  ...{ cancels: false, paysOffline: false },
});

/** An order that a response of 202 has accepted. */
export type AcceptedOrder = { readonly id: string; readonly customer: Customer; readonly acceptedAtMs: number };

type Options = {
  readonly send: SendRequest;
  readonly levers: Levers;
  readonly sleep: (ms: number) => Promise<void>;
  readonly now: () => number;
};
export type Load = { readonly ordersPerMinute: number; readonly minutes: number };

/** A shop with one product, and its customers, who order at a steady rate. */
export const createShop = ({ send, levers, sleep, now }: Options) => {
  const accepted = new Map<string, AcceptedOrder>();
  let tenant: Tenant | undefined;
  const getTenant = (): Tenant => {
    if (!tenant) throw new Error('the shop is not open yet');
    return tenant;
  };

  const require = async <T>(method: string, target: string, request: ClientRequest): Promise<T> => {
    const { status, body } = await send<T>(method, target, request);
    if (status >= 300) throw new Error(`${method} ${target} answered ${status}: ${JSON.stringify(body)}`);
    return body;
  };

  const sendAsCustomer = async <T>(method: string, target: string, request: Omit<ClientRequest, 'bearer'> = {}) =>
    levers.isApiOpen() ? await send<T>(method, target, { ...request, bearer: getTenant().apiKey }) : undefined;

  /** Repeats the request until it is accepted: a customer who cannot order comes back. */
  const placeOrder = async (customer: Customer): Promise<Order> => {
    const { key, token } = customer;
    const body = {
      lines: [{ sku: SKU, quantity: 1 }],
      customer: { email: `${key}@example.com` },
      payment: { token },
    };
    for (let n = 0; n < MAX_TRIES; n += 1) {
      const response = await sendAsCustomer<Order>('POST', '/v1/orders', { headers: [['idempotency-key', key]], body });
      if (response?.status === 202) {
        accepted.set(response.body.id, { id: response.body.id, customer, acceptedAtMs: now() });
        return response.body;
      }
      if (response && response.status < 500)
        throw new Error(`${key} was answered with ${response.status}: ${JSON.stringify(response.body)}`);
      await sleep(RETRY_MS);
    }
    throw new Error(`${key} was not accepted within ${MAX_TRIES} tries`);
  };

  /** Pays once the order says how. */
  const payOffline = async ({ id, total }: Order) => {
    for (let n = 0; n < MAX_POLLS; n += 1) {
      await sleep(POLL_MS);
      const response = await sendAsCustomer<Order>('GET', `/v1/orders/${id}`);
      const { status = '', instructions } = response?.status === 200 ? response.body : {};
      if (FINAL_STATUSES.includes(status)) return;
      if (!instructions) continue;
      const body = { ...total, reference: `transfer for ${id}` };
      await sendAsCustomer('POST', `/v1/orders/${id}/payments`, { headers: [['idempotency-key', 'payment']], body });
      return;
    }
  };

  const serve = async (customer: Customer) => {
    const order = await placeOrder(customer);
    if (customer.cancels) {
      await sleep(CANCELS_AFTER_MS);
      await sendAsCustomer('POST', `/v1/orders/${order.id}/cancel`);
    }
    if (customer.paysOffline) await payOffline(order);
  };

  return {
    getTenant,
    accepted: accepted as ReadonlyMap<string, AcceptedOrder>,
    placeOrder,
    serve,
    async open(stock: number) {
      const bearer = secrets['operator-key'];
      const headers: [string, string][] = [['idempotency-key', 'shop']];
      tenant = await require<Tenant>('POST', '/v1/tenants', { bearer, headers, body: { name: 'Shop' } });
      const { apiKey } = tenant;
      const adjustment = { bearer: apiKey, headers, body: { delta: stock, reason: 'received' } };
      await require('PUT', `/v1/products/${SKU}`, { bearer: apiKey, body: { name: 'Mug', price: PRICE } });
      await require('POST', `/v1/inventory/${SKU}/adjustments`, adjustment);
      await require('PUT', `/v1/inventory/${SKU}`, { bearer: apiKey, body: { shards: SHARDS } });
    },
    /** Resolves once every customer of the load has finished. */
    async serveLoad({ ordersPerMinute, minutes }: Load) {
      const intervalMs = MINUTE / ordersPerMinute;
      const startedAtMs = now();
      // a failure before the last customer has ordered is reported with the others
      const served: Promise<unknown>[] = [];
      for (let n = 0; n < ordersPerMinute * minutes; n += 1) {
        await sleep(Math.max(0, startedAtMs + n * intervalMs - now()));
        served.push(serve(customerOf(n)).catch((error: unknown) => ({ error })));
      }
      for (const failure of await Promise.all(served))
        if (failure) throw (failure as { readonly error: unknown }).error;
    },
  };
};

export type Shop = ReturnType<typeof createShop>;

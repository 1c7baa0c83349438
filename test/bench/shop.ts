import type { Server } from './server.ts';

const PRODUCTS = 8;
const SHARDS = 8;
const STOCK = 900_000;
const REQUEST_TIMEOUT_MS = 30_000;

/** Where the API is, and the key that its requests have. */
type Address = Pick<Server, 'origin' | 'apiKey'>;
type RawResponse = { readonly status: number; readonly text: string };
type ResponseBody = { readonly id: string; readonly status: string };

type ApiCall = {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  /** The idempotency key. */
  readonly key?: string;
};

export type Shop = {
  /** Resolves to any response. */
  readonly request: (call: ApiCall) => Promise<RawResponse>;
  /** Resolves to the body, and throws unless the status is a success. */
  readonly call: <T = ResponseBody>(call: ApiCall) => Promise<T>;
};

export const createShop = ({ origin, apiKey }: Address): Shop => {
  const request: Shop['request'] = async ({ method, path, body, key }) => {
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body && { 'content-type': 'application/json' }),
        ...(key && { 'idempotency-key': key }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    return { status: response.status, text: await response.text() };
  };
  const call: Shop['call'] = async ({ method, path, ...more }) => {
    const { status, text } = await request({ method, path, ...more });
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
    return JSON.parse(text);
  };
  return { request, call };
};

/** The body of the nth order. Orders take the products in turn. */
export const createOrder = (n: number) => ({
  lines: [{ sku: `bench-${n % PRODUCTS}`, quantity: 1 }],
  customer: { email: 'ada@example.com' },
  payment: { token: 'tok_ok' },
});

/** A shop of eight products in eight shards each, with more stock than any run sells. */
export const openShop = async (server: Address): Promise<Shop> => {
  const shop = createShop(server);
  for (let n = 0; n < PRODUCTS; n += 1) {
    const price = { amount: 500, currency: 'EUR' };
    await shop.call({ method: 'PUT', path: `/v1/products/bench-${n}`, body: { name: 'Mug', price } });
    await shop.call({ method: 'PUT', path: `/v1/inventory/bench-${n}`, body: { shards: SHARDS } });
    const received = { delta: STOCK, reason: 'received' };
    await shop.call({
      method: 'POST',
      path: `/v1/inventory/bench-${n}/adjustments`,
      body: received,
      key: `first-${n}`,
    });
  }
  return shop;
};

import type { Served } from './served.ts';

const PRODUCTS = 8;
const SHARDS = 8;
const STOCK = 900_000;
const REQUEST_MS = 30_000;

type Answer = { readonly status: number; readonly text: string };
type Body = { readonly id: string; readonly status: string };

export type Shop = {
  /** What the API answers, whatever it is. */
  readonly request: (method: string, path: string, body?: object, key?: string) => Promise<Answer>;
  /** What the API answers when all is well, or throws. */
  readonly ask: <T = Body>(method: string, path: string, body?: object, key?: string) => Promise<T>;
};

const shopOf = ({ origin, apiKey }: Served): Shop => {
  const request: Shop['request'] = async (method, path, body, key) => {
    const answer = await fetch(`${origin}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body && { 'content-type': 'application/json' }),
        ...(key && { 'idempotency-key': key }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    return { status: answer.status, text: await answer.text() };
  };
  const ask: Shop['ask'] = async (method, path, body, key) => {
    const { status, text } = await request(method, path, body, key);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
    return JSON.parse(text);
  };
  return { request, ask };
};

/** The customer's nth order: one of the products after the other. */
export const nthOrder = (n: number) => ({
  lines: [{ sku: `bench-${n % PRODUCTS}`, quantity: 1 }],
  customer: { email: 'ada@example.com' },
  payment: { token: 'tok_ok' },
});

/** A shop of eight products that lie in eight shards each, in more number than any run asks for. */
export const openShop = async (server: Served): Promise<Shop> => {
  const shop = shopOf(server);
  for (let n = 0; n < PRODUCTS; n += 1) {
    const price = { amount: 500, currency: 'EUR' };
    await shop.ask('PUT', `/v1/products/bench-${n}`, { name: 'Mug', price });
    await shop.ask('PUT', `/v1/inventory/bench-${n}`, { shards: SHARDS });
    const received = { delta: STOCK, reason: 'received' };
    await shop.ask('POST', `/v1/inventory/bench-${n}/adjustments`, received, `first-${n}`);
  }
  return shop;
};

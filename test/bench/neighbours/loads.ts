import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createOrder, type Shop } from '../shop.ts';

type Target = { readonly shop: Shop; readonly origin: string };

/** What a tenant does to the host, without a pause, while its neighbour is measured. */
export type NeighbourLoad = {
  /** The tenant and the load, in words. */
  readonly title: string;
  /** What must exist before. It is not part of the load. */
  readonly prepare?: (target: Target) => Promise<void>;
  /** Sends the nth request and resolves to the status of its response. */
  readonly send: (target: Target, n: number) => Promise<number>;
  /** The load ends after this many requests. By default it lasts until the measurement is over. */
  readonly maxRequests?: number;
};

const OPEN_ORDERS = 3_000;
const PREPARATION_CLIENTS = 10;
/** A bound of the host may refuse orders, so the preparation repeats them for this long and then takes what it has. */
const PREPARATION_TIMEOUT_MS = 120_000;
const PREPARATION_PAUSE_MS = 100;
const SLOW_CHARGES = 200;
const LARGE_BODY_BYTES = 255 * 1_024;
const OVERSIZED_BODY_BYTES = 10 * 1_024 * 1_024;
const REQUEST_TIMEOUT_MS = 30_000;
const HOT_SKU = 'hot';
const HOT_STOCK = 900_000;

const postOrder = async ({ shop }: Target, key: string, order: object): Promise<number> =>
  (await shop.request({ method: 'POST', path: '/v1/orders', body: order, key })).status;

const orderWith = (n: number, token: string) => ({ ...createOrder(n), payment: { token } });

const get = async ({ shop }: Target, path: string): Promise<number> =>
  (await shop.request({ method: 'GET', path })).status;

const sendRaw = async (url: string, init: RequestInit): Promise<number> => {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  await response.arrayBuffer();
  return response.status;
};

/** Orders whose payment fails stay open: after the first ones the circuit breaker lets the others wait for the provider. */
const placeOpenOrders = async (target: Target): Promise<void> => {
  const deadline = performance.now() + PREPARATION_TIMEOUT_MS;
  let next = 0;
  const place = async () => {
    while (next < OPEN_ORDERS) {
      const n = next++;
      const order = orderWith(n, 'tok_5xx');
      while ((await postOrder(target, `open-${n}`, order)) !== 202) {
        if (performance.now() > deadline) return;
        await sleep(PREPARATION_PAUSE_MS);
      }
    }
  };
  await Promise.all(Array.from({ length: PREPARATION_CLIENTS }, place));
};

const openHotProduct = async ({ shop }: Target): Promise<void> => {
  const product = { name: 'Hot', price: { amount: 500, currency: 'EUR' } };
  await shop.call({ method: 'PUT', path: `/v1/products/${HOT_SKU}`, body: product });
  const received = { delta: HOT_STOCK, reason: 'received' };
  const path = `/v1/inventory/${HOT_SKU}/adjustments`;
  await shop.call({ method: 'POST', path, body: received, key: `first-${HOT_SKU}` });
};

/** A valid order, except that it has thousands of lines. */
const largeOrder = (() => {
  const line = { sku: 'bench-0', quantity: 1 };
  const count = Math.floor(LARGE_BODY_BYTES / (JSON.stringify(line).length + 1)) - 10;
  return { ...createOrder(0), lines: Array.from({ length: count }, () => line) };
})();

const oversizedBody = Buffer.alloc(OVERSIZED_BODY_BYTES, 'a');

const rotateKey = async ({ shop }: Target, n: number): Promise<number> => {
  const created = await shop.request({
    ...{ method: 'POST', path: '/v1/keys', body: { name: `till ${n}` }, key: `key-${n}` },
  });
  if (created.status !== 201) return created.status;
  const { id } = JSON.parse(created.text);
  return (await shop.request({ method: 'DELETE', path: `/v1/keys/${id}` })).status;
};

export const loads = {
  'order-flood': {
    title: 'places orders',
    send: (target, n) => postOrder(target, `flood-${n}`, createOrder(n)),
  },
  'slow-charges': {
    title: `places ${SLOW_CHARGES} orders whose charges take 3 s`,
    send: (target, n) => postOrder(target, `slow-${n}`, orderWith(n, 'tok_slow')),
    maxRequests: SLOW_CHARGES,
  },
  'unreachable-provider': {
    title: 'places orders whose charges time out',
    send: (target, n) => postOrder(target, `unreachable-${n}`, orderWith(n, 'tok_unreachable')),
  },
  'stock-polling': {
    title: `reads stock, with ${OPEN_ORDERS} open orders`,
    prepare: placeOpenOrders,
    send: (target, n) => get(target, `/v1/inventory/bench-${n % 8}`),
  },
  'order-lists': {
    title: `lists orders, with ${OPEN_ORDERS} open orders`,
    prepare: placeOpenOrders,
    send: (target) => get(target, '/v1/orders?limit=100'),
  },
  'large-bodies': {
    title: 'sends orders of 255 KB',
    send: (target, n) => postOrder(target, `large-${n}`, largeOrder),
  },
  'oversized-bodies': {
    title: 'sends bodies of 10 MB',
    send: ({ origin }, n) =>
      sendRaw(`${origin}/v1/orders`, {
        method: 'POST',
        headers: { authorization: `Bearer bw_any_${n}`, 'content-type': 'application/json' },
        body: oversizedBody,
      }),
  },
  'wrong-keys': {
    title: 'sends keys that do not exist',
    send: ({ origin }) =>
      sendRaw(`${origin}/v1/orders`, {
        headers: { authorization: `Bearer bw_demo_${randomBytes(24).toString('base64url')}` },
      }),
  },
  'key-rotation': { title: 'creates and revokes keys', send: rotateKey },
  'invalid-signatures': {
    title: 'sends callbacks with invalid signatures',
    send: ({ origin }) =>
      sendRaw(`${origin}/v1/providers/sandbox/callbacks`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'breakwater-signature': `t=${Math.floor(Date.now() / 1_000)},v1=${randomBytes(32).toString('hex')}`,
        },
        body: '{}',
      }),
  },
  'hot-sku': {
    title: 'places orders of one SKU in one shard',
    prepare: openHotProduct,
    send: (target, n) => postOrder(target, `hot-${n}`, { ...createOrder(n), lines: [{ sku: HOT_SKU, quantity: 1 }] }),
  },
  'product-writes': {
    title: 'changes products',
    send: async ({ shop }, n) => {
      const body = { name: `Mug ${n}`, price: { amount: 500 + (n % 100), currency: 'EUR' } };
      return (await shop.request({ method: 'PUT', path: `/v1/products/bench-${n % 8}`, body })).status;
    },
  },
} as const satisfies Readonly<Record<string, NeighbourLoad>>;

export type LoadName = keyof typeof loads;
export const loadNames = Object.keys(loads) as readonly LoadName[];

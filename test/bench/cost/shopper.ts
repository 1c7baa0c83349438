import type { LeapingClock } from '../../inventory/fixtures/leaping-clock.ts';
import { meteredHost, secrets } from './meter.ts';

/** One customer's order, and what may be done to it. */
export type Shopper = {
  /** Lets time pass. */
  readonly pass: (ms: number) => Promise<void>;
  /** Until nothing is under way. */
  readonly rest: () => Promise<void>;
  /** Sweeps whenever the order is due, until it is so no more. */
  readonly swept: () => Promise<void>;
  readonly again: () => Promise<void>;
  readonly cancel: () => Promise<void>;
  readonly pay: () => Promise<void>;
  readonly resume: () => Promise<void>;
  readonly crash: (id: string) => void;
};

type Order = { readonly id: string; readonly total: { readonly amount: number } };
type Stored = { readonly status: { readonly S: string }; readonly dueSk?: { readonly S: string } };
type Setting = {
  readonly clock: LeapingClock;
  readonly stock: number;
  readonly breakerOpen: boolean;
  readonly functionMs: number | undefined;
};

const LINES = ['walnut-desk-180', 'desk-lamp-brass', 'chair-oak-grey'];
const PRICE = { amount: 1_250, currency: 'EUR' };
const TABLE = 'breakwater-dev';
const MOST_SWEEPS = 20;
const FAR_MS = 7 * 24 * 3_600_000;

/** A shop with three products in stock, on a host that is metered, where time leaps. */
export const shopper = async ({ clock, stock, breakerOpen, functionMs }: Setting) => {
  const { host, count, close } = meteredHost(clock, functionMs);
  const { driven } = clock;
  const asker =
    (key: string) =>
    async <T>(method: string, target: string, body?: object, idempotencyKey = 'one') => {
      const headers = Object.entries({ authorization: `Bearer ${key}`, 'idempotency-key': idempotencyKey });
      const answer = await driven(host.request({ method, target, headers, body: body ? JSON.stringify(body) : '' }));
      if (answer.status >= 300) throw new Error(`${method} ${target}: ${answer.status} ${answer.body}`);
      return JSON.parse(answer.body) as T;
    };
  const item = async (operation: string, input: object) => {
    const body = JSON.stringify({ TableName: TABLE, ...input });
    return JSON.parse((await driven(host.callAws({ target: `DynamoDB_20120810.${operation}`, body }))).json);
  };

  await host.loadFunctions();
  const operator = asker(secrets['operator-key']);
  const { id: tenantId, apiKey } = await operator<{ id: string; apiKey: string }>('POST', '/v1/tenants', {
    name: 'Shop',
  });
  const ask = asker(apiKey);
  for (const sku of LINES) {
    await ask('PUT', `/v1/products/${sku}`, { name: sku, price: PRICE });
    await ask('POST', `/v1/inventory/${sku}/adjustments`, { delta: stock, reason: 'received' }, sku);
  }
  if (breakerOpen) {
    const until = new Date(clock.now() + FAR_MS).toISOString();
    const counted = { v: { N: '5' }, generation: { N: '1' }, failures: { L: [] } };
    const key = { pk: { S: `payments#${tenantId}#breaker#sandbox` }, sk: { S: 'breaker' } };
    await item('PutItem', { Item: { ...key, ...counted, status: { S: 'open' }, until: { S: until } } });
  }
  const rest = () => driven(host.whenIdle());
  await rest();
  // so that the function knows the key, as one that is not the first of its environment does
  const headers = [['authorization', `Bearer ${apiKey}`] as const];
  await driven(host.request({ method: 'POST', target: '/v1/orders/none/cancel', headers, body: '' }));

  let placed: Order | undefined;
  const stored = async (): Promise<Stored> => {
    const Key = { pk: { S: `orders#${tenantId}#order#${placed?.id}` }, sk: { S: 'order' } };
    return (await item('GetItem', { Key })).Item;
  };
  const pass = (ms: number) => driven(new Promise<void>((resolve) => void clock.after(ms, resolve)));

  const order = (token: string) => ({
    lines: LINES.map((sku) => ({ sku, quantity: 2 })),
    customer: { email: 'ada@example.com' },
    payment: { token },
  });
  const path = () => `/v1/orders/${placed?.id}`;
  return {
    ...{ count, rest, close },
    status: async () => (await stored()).status.S,
    async place(token: string): Promise<Shopper> {
      const send = () => ask<Order>('POST', '/v1/orders', order(token));
      placed = await send();
      const { total } = placed;
      return {
        ...{ pass, rest, crash: host.crashFunction },
        async swept() {
          await rest();
          for (let { dueSk } = await stored(), n = 0; dueSk; { dueSk } = await stored(), n += 1) {
            if (n === MOST_SWEEPS) throw new Error(`order ${placed?.id} is still due`);
            await pass(Math.max(0, Date.parse(dueSk.S.split('#')[0] ?? '') - clock.now()) + 1);
            await driven(host.runSchedule('orders-sweep'));
            await rest();
          }
        },
        again: async () => void (await send()),
        cancel: async () => void (await ask('POST', `${path()}/cancel`)),
        pay: async () => void (await ask('POST', `${path()}/payments`, { ...total, reference: 'by bank' })),
        async resume() {
          const charge = `/sandbox/charges/${tenantId}.${placed?.id}`;
          await asker(secrets['provider-key'])('POST', `${charge}/allow-refund`, {});
          await operator('POST', `${path()}/resume`, { tenantId });
        },
      };
    },
  };
};

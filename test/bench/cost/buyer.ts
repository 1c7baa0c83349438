import type { LeapingClock } from '../../fixtures/leaping-clock.ts';
import { secrets } from '../../fixtures/secrets.ts';
import { createMeteredHost, type MeterOptions } from './meter.ts';

/** One buyer's order, and what can happen to it. */
export type BuyerOrder = {
  /** Lets time pass. */
  readonly advance: (ms: number) => Promise<void>;
  readonly waitForQuiescence: () => Promise<void>;
  /** Runs the sweeper whenever the order is due, until it is no longer due. */
  readonly sweepUntilDone: () => Promise<void>;
  /** Runs the sweeper once. */
  readonly sweep: () => Promise<void>;
  /** The provider is back: the breaker is as a successful probe leaves it. */
  readonly closeBreaker: () => Promise<void>;
  readonly placeAgain: () => Promise<void>;
  readonly cancel: () => Promise<void>;
  readonly pay: () => Promise<void>;
  /** Another order of the same lines, which the order's buyer follows from here on. */
  readonly placeAnother: () => Promise<void>;
  /** What the provider answers for the order's charge, or what a person does with it in the provider's console. */
  readonly readCharge: () => Promise<void>;
  readonly refundByHand: (amount: number) => Promise<void>;
  readonly allowRefund: () => Promise<void>;
  readonly total: number;
  readonly resume: () => Promise<void>;
  readonly crash: (functionId: string) => void;
};

type Order = { readonly id: string; readonly total: { readonly amount: number } };
type StoredOrder = { readonly status: { readonly S: string }; readonly dueSk?: { readonly S: string } };
type Options = MeterOptions & {
  readonly clock: LeapingClock;
  readonly stock: number;
  readonly breakerOpen: boolean;
  /** The tenant's policy, if it is not the default. */
  readonly policy?: object | undefined;
};

type ApiCall = {
  readonly method: string;
  readonly target: string;
  readonly body?: object;
  readonly idempotencyKey?: string;
};

const SKUS = ['walnut-desk-180', 'desk-lamp-brass', 'chair-oak-grey'];
const PRICE = { amount: 1_250, currency: 'EUR' };
const TABLE = 'breakwater-dev';
const MAX_SWEEPS = 20;
const BREAKER_OPEN_MS = 7 * 24 * 3_600_000;

/** A buyer in a shop with three products in stock, on a metered host with a leaping clock. */
export const createBuyer = async ({ stock, breakerOpen, policy, ...meterOptions }: Options) => {
  const { clock } = meterOptions;
  const { host, count, close } = createMeteredHost(meterOptions);
  const { driven } = clock;
  const createCaller =
    (key: string) =>
    async <T>({ method, target, body, idempotencyKey = 'one' }: ApiCall) => {
      const headers = Object.entries({ authorization: `Bearer ${key}`, 'idempotency-key': idempotencyKey });
      const response = await driven(host.request({ method, target, headers, body: body ? JSON.stringify(body) : '' }));
      if (response.status >= 300) throw new Error(`${method} ${target}: ${response.status} ${response.body}`);
      return JSON.parse(response.body) as T;
    };
  const callTable = async (operation: string, input: object) => {
    const body = JSON.stringify({ TableName: TABLE, ...input });
    return JSON.parse((await driven(host.callAws({ target: `DynamoDB_20120810.${operation}`, body }))).json);
  };

  await host.loadFunctions();
  const callAsOperator = createCaller(secrets['operator-key']);
  const { id: tenantId, apiKey } = await callAsOperator<{ id: string; apiKey: string }>({
    method: 'POST',
    target: '/v1/tenants',
    body: {
      name: 'Shop',
    },
  });
  const call = createCaller(apiKey);
  for (const sku of SKUS) {
    await call({ method: 'PUT', target: `/v1/products/${sku}`, body: { name: sku, price: PRICE } });
    await call({
      method: 'POST',
      target: `/v1/inventory/${sku}/adjustments`,
      body: { delta: stock, reason: 'received' },
      idempotencyKey: sku,
    });
  }
  const putBreaker = async (state: object) => {
    const key = { pk: { S: `payments#${tenantId}#breaker#sandbox` }, sk: { S: 'breaker' } };
    await callTable('PutItem', { Item: { ...key, failures: { L: [] }, ...state } });
  };
  if (breakerOpen) {
    const until = new Date(clock.now() + BREAKER_OPEN_MS).toISOString();
    await putBreaker({ v: { N: '5' }, generation: { N: '1' }, status: { S: 'open' }, until: { S: until } });
  }
  if (policy) await callAsOperator({ method: 'PUT', target: `/v1/tenants/${tenantId}/policy`, body: policy });
  const waitForQuiescence = () => driven(host.whenIdle());
  await waitForQuiescence();
  const createOrderBody = (token: string) => ({
    lines: SKUS.map((sku) => ({ sku, quantity: 2 })),
    customer: { email: 'ada@example.com' },
    payment: { token },
  });
  // a refused order fills the function's caches of keys and of the verdict on open orders: the metered invocation is not the first
  const headers = Object.entries({ authorization: `Bearer ${apiKey}`, 'idempotency-key': 'refused' });
  const body = JSON.stringify({ ...createOrderBody('tok_ok'), lines: [{ sku: 'unknown', quantity: 1 }] });
  await driven(host.request({ method: 'POST', target: '/v1/orders', headers, body }));

  let placed: Order | undefined;
  const readOrder = async (): Promise<StoredOrder> => {
    const Key = { pk: { S: `orders#${tenantId}#order#${placed?.id}` }, sk: { S: 'order' } };
    return (await callTable('GetItem', { Key })).Item;
  };
  const advance = (ms: number) => driven(new Promise<void>((resolve) => void clock.setTimer(ms, resolve)));

  const orderPath = () => `/v1/orders/${placed?.id}`;
  const callProvider = createCaller(secrets['provider-key']);
  const changeCharge = async (change: string, body: object) =>
    void (await callProvider({ method: 'POST', target: `/sandbox/charges/${tenantId}.${placed?.id}/${change}`, body }));
  return {
    ...{ count, waitForQuiescence, close },
    readStatus: async () => (await readOrder()).status.S,
    async place(token: string): Promise<BuyerOrder> {
      const postOrder = (idempotencyKey = 'one') =>
        call<Order>({ method: 'POST', target: '/v1/orders', body: createOrderBody(token), idempotencyKey });
      placed = await postOrder();
      const { total } = placed;
      return {
        ...{ advance, waitForQuiescence, crash: host.crashFunction },
        async sweepUntilDone() {
          await waitForQuiescence();
          for (let { dueSk } = await readOrder(), n = 0; dueSk; { dueSk } = await readOrder(), n += 1) {
            if (n === MAX_SWEEPS) throw new Error(`order ${placed?.id} is still due`);
            await advance(Math.max(0, Date.parse(dueSk.S.split('#')[0] ?? '') - clock.now()) + 1);
            await driven(host.runSchedule('orders-sweep'));
            await waitForQuiescence();
          }
        },
        async sweep() {
          await driven(host.runSchedule('orders-sweep'));
          await waitForQuiescence();
        },
        closeBreaker: () => putBreaker({ v: { N: '7' }, generation: { N: '3' }, status: { S: 'closed' } }),
        placeAgain: async () => void (await postOrder()),
        cancel: async () => void (await call({ method: 'POST', target: `${orderPath()}/cancel` })),
        pay: async () =>
          void (await call({
            method: 'POST',
            target: `${orderPath()}/payments`,
            body: { ...total, reference: 'by bank' },
          })),
        async placeAnother() {
          placed = await postOrder('another');
        },
        readCharge: async () =>
          void (await callProvider({ method: 'GET', target: `/sandbox/charges/${tenantId}.${placed?.id}` })),
        refundByHand: (amount) => changeCharge('refund-by-hand', { amount }),
        allowRefund: () => changeCharge('allow-refund', {}),
        total: total.amount,
        resume: async () =>
          void (await callAsOperator({ method: 'POST', target: `${orderPath()}/resume`, body: { tenantId } })),
      };
    },
  };
};

import { setTimeout as sleep } from 'node:timers/promises';
import { createOrder, type Shop } from '../shop.ts';
import { percentile } from '../statistics.ts';

type Latency = { readonly p50Ms: number; readonly p95Ms: number; readonly p99Ms: number };

/** What a tenant experiences. Each latency counts from the moment at which the request was due, even if the client was late. */
export type Probe = {
  readonly reads: Latency;
  readonly posts: Latency;
  /** Until the order is confirmed, by its history. An order that is not confirmed counts with the time limit. */
  readonly confirmed: Latency;
  readonly orders: number;
  /** Orders that were refused, or not confirmed within the time limit. */
  readonly unconfirmed: number;
  readonly failedReads: number;
};

type OrderBody = {
  readonly status: string;
  readonly history: readonly { readonly at: string; readonly status: string }[];
};
type ProbeOptions = { readonly durationMs: number; readonly name: string };

const ORDER_INTERVAL_MS = 500;
const READ_INTERVAL_MS = 200;
export const CONFIRMATION_TIMEOUT_MS = 60_000;
const POLL_INTERVAL_MS = 250;
const READ_PATHS = ['/v1/products/bench-0', '/v1/inventory/bench-1', '/v1/orders?limit=10'] as const;

const toLatency = (valuesMs: readonly number[]): Latency => ({
  p50Ms: percentile(valuesMs, 0.5),
  p95Ms: percentile(valuesMs, 0.95),
  p99Ms: percentile(valuesMs, 0.99),
});

/** Runs the action at fixed moments, however long it takes. The moments are in milliseconds since 1970. */
const runAtIntervals = async <T>(
  { intervalMs, durationMs }: { readonly intervalMs: number; readonly durationMs: number },
  act: (dueAtMs: number, n: number) => Promise<T>,
): Promise<readonly T[]> => {
  const startedAtMs = Date.now();
  const results: Promise<T>[] = [];
  for (let n = 0; n * intervalMs < durationMs; n += 1) {
    const dueAtMs = startedAtMs + n * intervalMs;
    await sleep(Math.max(0, dueAtMs - Date.now()));
    results.push(act(dueAtMs, n));
  }
  return Promise.all(results);
};

/** Places orders and reads at fixed rates, and waits until the orders are confirmed. */
export const probeTenant = async (shop: Shop, { durationMs, name }: ProbeOptions): Promise<Probe> => {
  const isSuccess = (call: Promise<{ readonly status: number }>) =>
    call.then(
      ({ status }) => status < 300,
      () => false,
    );

  const read = async (dueAtMs: number, n: number) => {
    const path = READ_PATHS[n % READ_PATHS.length] ?? READ_PATHS[0];
    const succeeded = await isSuccess(shop.request({ method: 'GET', path }));
    return { ms: Date.now() - dueAtMs, succeeded };
  };

  const waitForConfirmation = async (id: string, dueAtMs: number): Promise<number | undefined> => {
    while (Date.now() - dueAtMs < CONFIRMATION_TIMEOUT_MS) {
      await sleep(POLL_INTERVAL_MS);
      // a read that fails is repeated: only the order's own history counts
      const order = await shop.call<OrderBody>({ method: 'GET', path: `/v1/orders/${id}` }).catch(() => undefined);
      const confirmed = order?.history.find(({ status }) => status === 'confirmed');
      if (confirmed) return Date.parse(confirmed.at) - dueAtMs;
    }
    return undefined;
  };

  const placeOrder = async (dueAtMs: number, n: number) => {
    const order = { method: 'POST', path: '/v1/orders', body: createOrder(n), key: `${name}-${n}` };
    const placed = await shop.call(order).catch(() => undefined);
    const postMs = Date.now() - dueAtMs;
    return { postMs, confirmedMs: placed && (await waitForConfirmation(placed.id, dueAtMs)) };
  };

  const [orders, reads] = await Promise.all([
    runAtIntervals({ intervalMs: ORDER_INTERVAL_MS, durationMs }, placeOrder),
    runAtIntervals({ intervalMs: READ_INTERVAL_MS, durationMs }, read),
  ]);
  return {
    reads: toLatency(reads.map(({ ms }) => ms)),
    posts: toLatency(orders.map(({ postMs }) => postMs)),
    confirmed: toLatency(orders.map(({ confirmedMs = CONFIRMATION_TIMEOUT_MS }) => confirmedMs)),
    orders: orders.length,
    unconfirmed: orders.filter(({ confirmedMs }) => confirmedMs === undefined).length,
    failedReads: reads.filter(({ succeeded }) => !succeeded).length,
  };
};

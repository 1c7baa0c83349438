import { orderIdsOf } from '#orders/table/keys';
import { defaultTimes } from '#platform/runtime/times';
import { createHost, type Host } from '../../embedded/host/host.ts';
import type { Row } from '../../ops/audit/table-audit.ts';
import { secrets } from '../fixtures/secrets.ts';
import { backend, consumers, sleep, streamReaders, workers } from './backend.ts';
import { type Cell, cellName } from './cells.ts';
import { chanceOf } from './chance.ts';
import { createClient } from './client.ts';
import { countDeadLetters, putOpenBreaker, republishGivenUp } from './levers.ts';
import { type Expectation, ORDERS_DURING } from './matrix-orders.ts';
import { createMessageLedger } from './messages.ts';
import { createOutages } from './outages.ts';
import { violationsAtQuiescence } from './quiescence.ts';
import { rowsOf } from './rows.ts';
import { runtime } from './runtime.ts';
import { createWatch } from './watch.ts';

export type CellResult = {
  readonly cell: Cell;
  readonly steps: number;
  /** Seconds of virtual time from the repair until the first order that was held up went on; undefined if none was. */
  readonly firstRestartSeconds?: number;
  /** What is wrong; empty if all is well. */
  readonly problems: readonly string[];
};

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const MAX_STEPS = 5_000_000;
const PREFIX = 'breakwater-dev-';
/** From the repair to the first order that goes on, and to the last of the few that wait. */
const MAX_FIRST_RESTART_MS = 60 * SECOND;
const MAX_LAST_RESTART_MS = 3 * MINUTE;
const MAX_QUIESCENCE_MS = 4 * 60 * MINUTE;
const PROVIDER_OUTAGE_SECONDS = 20 * 60;
const MAX_POLLS = 100;
const STEADY_AFTER_MS = 30 * MINUTE;
const STEADY_INTERVAL_MINUTES = 15;
const schedules = workers.filter(({ spec }) => spec.everyMinutes !== undefined).map(({ id }) => id);

type Tenant = { readonly id: string; readonly apiKey: string };
type Order = { readonly id: string; readonly status: string; readonly instructions?: unknown; readonly total: object };
/** Plays a few orders before, during and after a standstill of some functions (invariants 22 to 24, and all that hold at rest). */
export const playCell = async (cell: Cell): Promise<CellResult> => {
  await runtime.settle();
  runtime.reset(1);
  const { maxMailsPerMailbox: maxMails, paymentDeadlineMs } = defaultTimes;
  const watch = createWatch({ timeline: { set: () => {} }, now: Date.now, maxMails, paymentDeadlineMs });
  const messages = createMessageLedger();
  const outages = createOutages({
    ...{ consumers, streamReaders },
    pauseConsumer: (fn) => host.pauseConsumer(fn),
    resumeConsumer: (fn) => host.resumeConsumer(fn),
  });
  const changedAt = new Map<string, number>();
  let steady = { from: Number.POSITIVE_INFINITY, until: 0 };
  /** In the middle of a long standstill nothing new happens, so most runs of schedules are left out there. */
  const isSkipped = (fn: string) =>
    schedules.includes(fn) &&
    runtime.now() > steady.from &&
    runtime.now() < steady.until &&
    Math.floor(runtime.now() / MINUTE) % STEADY_INTERVAL_MINUTES !== 0;
  const { visibilityTimeoutMs: _, ...options } = backend;
  const host: Host = createHost({
    ...{ ...options, times: defaultTimes },
    onTableChange(record) {
      watch.onTableChange(record);
      changedAt.set(record.dynamodb.Keys['pk']?.S ?? '', runtime.now());
    },
    interceptors: {
      async call({ caller, service, input }, proceed) {
        outages.checkCall(caller.name.replace(PREFIX, ''), service);
        return proceed(input);
      },
      async invoke(fn, event, proceed) {
        if (isSkipped(fn)) return undefined;
        if (!outages.allowInvocation(fn)) return undefined;
        const response = await proceed();
        messages.onResponse(fn, event, response);
        return response;
      },
      deliver(queue, envelope, proceed) {
        messages.onSent(queue.replace(PREFIX, ''), envelope);
        proceed();
      },
    },
  });
  const send = createClient({ request: host.request, chance: chanceOf(1, 'clients'), sleep, step: runtime.steps });
  const problems: string[] = [];
  const expected = new Map<string, Expectation['becomes']>();
  const accepted: { readonly tenantId: string; readonly id: string; readonly key: string }[] = [];
  let rows: readonly Row[] = [];
  let firstRestartSeconds: number | undefined;

  const openShop = async (name: string): Promise<Tenant> => {
    const headers: [string, string][] = [['idempotency-key', name]];
    const { body: tenant } = await send<Tenant>('POST', '/v1/tenants', {
      ...{ bearer: secrets['operator-key'], body: { name }, headers },
    });
    const bearer = tenant.apiKey;
    await send('PUT', '/v1/products/mug', { bearer, body: { name: 'Mug', price: { amount: 500, currency: 'EUR' } } });
    await send('POST', '/v1/inventory/mug/adjustments', { bearer, headers, body: { delta: 99, reason: 'received' } });
    return tenant;
  };
  const place = async (tenant: Tenant, becomes: Expectation['becomes'], token = 'tok_ok'): Promise<Order> => {
    const key = `order ${accepted.length}`;
    const body = { lines: [{ sku: 'mug', quantity: 1 }], customer: { email: `${accepted.length}@example.com` } };
    const { body: order } = await send<Order>('POST', '/v1/orders', {
      ...{ bearer: tenant.apiKey, headers: [['idempotency-key', key]], body: { ...body, payment: { token } } },
    });
    accepted.push({ tenantId: tenant.id, id: order.id, key });
    expected.set(order.id, becomes);
    return order;
  };
  const read = async ({ apiKey: bearer }: Tenant, { id }: Order) =>
    (await send<Order>('GET', `/v1/orders/${id}`, { bearer })).body;

  /** An order whose customer is told how to pay, because the provider is unavailable. */
  const placeOffline = async (tenant: Tenant): Promise<Order> => {
    await send('POST', '/sandbox/outages', {
      ...{ bearer: secrets['provider-key'], body: { tenantId: tenant.id, seconds: PROVIDER_OUTAGE_SECONDS } },
    });
    await putOpenBreaker(host.callAws, tenant.id, Date.now() + PROVIDER_OUTAGE_SECONDS * SECOND);
    const order = await place(tenant, 'confirmed');
    for (let n = 0; n < MAX_POLLS && (await read(tenant, order)).instructions === undefined; n += 1)
      await sleep(10 * SECOND);
    return order;
  };
  const payOffline = async ({ apiKey: bearer }: Tenant, { id, total }: Order) => {
    const headers: [string, string][] = [['idempotency-key', 'payment']];
    const body = { ...total, reference: 'by bank' };
    const { status } = await send('POST', `/v1/orders/${id}/payments`, { bearer, headers, body });
    if (status !== 201) problems.push(`the offline payment was answered with ${status}`);
  };
  const placeDuring = async (tenant: Tenant, { at, token, isCancelled, becomes }: Expectation) => {
    await sleep(Math.floor(at * cell.minutes * MINUTE));
    const order = await place(tenant, becomes, token);
    if (!isCancelled) return;
    watch.onCustomerCancels(tenant.id, order.id);
    await send('POST', `/v1/orders/${order.id}/cancel`, { bearer: tenant.apiKey });
  };

  const ordersIn = (status: string) => rows.filter((row) => row.sk === 'order' && row['status'] === status);
  /** Every order that the standstill left placed must go on soon after the repair (invariant 24). */
  const checkRestarts = async (heldOrders: readonly Row[], repairedAt: number) => {
    await sleep(MAX_LAST_RESTART_MS);
    const delays = heldOrders.map(({ pk }) => (changedAt.get(pk) ?? 0) - repairedAt).sort((a, b) => a - b);
    if (delays.length === 0) return;
    // an order that has not changed since has a delay below 0
    if (delays.some((delay) => delay < 0)) problems.push('invariant 24: an order was not restarted after the repair');
    const firstMs = delays.find((delay) => delay >= 0);
    if (firstMs !== undefined) firstRestartSeconds = firstMs / SECOND;
    if ((firstMs ?? 0) > MAX_FIRST_RESTART_MS)
      problems.push(`invariant 24: the first restart came ${firstRestartSeconds} s after the repair`);
  };
  const isQuiescent = async () => {
    rows = await rowsOf(host.callAws);
    for (const { pk } of ordersIn('needs_attention')) {
      const { tenantId, id } = orderIdsOf(pk);
      await send('POST', `/v1/orders/${id}/resume`, { bearer: secrets['operator-key'], body: { tenantId } });
    }
    const isOpen = rows.some(
      ({ sk, status }) => sk === 'order' && !['confirmed', 'cancelled'].includes(String(status)),
    );
    const isRunning = host.executions().some(({ status }) => status === 'RUNNING');
    const isIdle = Promise.race([host.whenIdle().then(() => true), sleep(0).then(() => false)]);
    return !isOpen && !isRunning && (await isIdle);
  };

  /** No message of the matrix is poison, so none may become a dead letter. */
  const checkDeadLetters = async () => {
    for (const fn of consumers) {
      const count = await countDeadLetters(host, fn);
      if (count > 0) problems.push(`invariant 22: ${fn} has ${count} dead letters`);
    }
  };

  const run = async () => {
    const [tenant, offlineTenant] = [await openShop('shop'), await openShop('offline shop')];
    const paidOffline = await placeOffline(offlineTenant);
    await place(tenant, 'confirmed');
    await sleep(MINUTE);
    const startedAt = runtime.now();
    steady = { from: startedAt + STEADY_AFTER_MS, until: startedAt + cell.minutes * MINUTE - STEADY_AFTER_MS };
    for (const fn of cell.functions) outages.start(fn, cell.mode);
    await Promise.all([
      ...ORDERS_DURING.map((expectation) => placeDuring(tenant, expectation)),
      sleep(MINUTE).then(() => payOffline(offlineTenant, paidOffline)),
      sleep(cell.minutes * MINUTE),
    ]);
    rows = await rowsOf(host.callAws);
    const heldOrders = ordersIn('placed');
    outages.endAll();
    await checkRestarts(heldOrders, runtime.now());
    await republishGivenUp(host);
    await place(tenant, 'confirmed');
    const until = runtime.now() + MAX_QUIESCENCE_MS;
    let quiescent = false;
    while (!quiescent && runtime.now() < until) {
      await sleep(MINUTE);
      quiescent = await isQuiescent();
    }
    if (!quiescent) problems.push('invariant 8: no quiescence');
    await checkDeadLetters();
  };

  let [ended, failure, steps] = [false, undefined as unknown, 0];
  run().then(
    () => {
      ended = true;
    },
    (error: unknown) => {
      failure = error;
      ended = true;
    },
  );
  await runtime.settle();
  while (!ended && steps < MAX_STEPS && (await runtime.step())) steps += 1;
  host.close();
  if (failure) throw failure;
  const violation = watch.check();
  const violations = [
    ...(violation ? [violation] : []),
    // an order whose saga made no progress for a day is parked, and resumed after the repair
    ...violationsAtQuiescence(rows, accepted, {
      maySomeRunOutOfTime: cell.minutes * MINUTE >= defaultTimes.parkAfterMs,
    }),
    ...messages.lost().map((message) => ({ invariant: 22, message })),
  ];
  const outcomes = rows.flatMap(({ sk, pk, status, reason }) => {
    if (sk !== 'order') return [];
    const [outcome, wanted] = [String(reason ?? status), expected.get(orderIdsOf(pk).id)];
    return outcome === wanted ? [] : [`${pk} is ${status}, ${reason} instead of ${wanted}`];
  });
  return {
    ...{ cell, steps, ...(firstRestartSeconds !== undefined && { firstRestartSeconds }) },
    problems: [
      ...problems,
      ...violations.map(({ invariant, message }) => `invariant ${invariant}: ${message}`),
      ...outcomes,
      ...(ended ? [] : [`${cellName(cell)} did not end within ${MAX_STEPS} steps`]),
    ],
  };
};

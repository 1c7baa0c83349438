import { afterEach, expect, it, vi } from 'vitest';
import { parkStep } from '#orders/saga/steps';
import { orderTable } from '#orders/table/order-table';
import { sweepWorker } from '#orders/workers/sweep';
import { addMs, type OrderId } from '#platform/kernel';
import { invocation } from '../fixtures/invocation.ts';
import { captureLog } from '../fixtures/log-capture.ts';
import { anOfflineOrder, anOrder, at, aWaitingOrder, id, limits, tenantId } from '../fixtures/order.ts';
import { createTestTable } from '../fixtures/table.ts';

afterEach(() => vi.restoreAllMocks());

const unwinding = { status: 'cancelling', reason: 'payment_declined', run: 2 } as const;
const idOf = (text: string) => text as OrderId;

/** A table with these orders, at the moment when the sweeper restarts orders without progress. */
const storedOrders = async (...orders: readonly ReturnType<typeof anOrder>[]) => {
  const lines = captureLog();
  const { rt, clock, metrics: counted } = createTestTable({ logLevel: 'WARN' });
  const table = orderTable(rt);
  for (const order of orders) await table.putIfAbsent(order);
  clock.advance(limits.standstillMs);
  const counts = () => counted.map(({ name, value }) => ({ [name]: value }));
  const sweep = () => sweepWorker(rt)({}, invocation(55_000, clock));
  return { rt, clock, counted, counts, sweep, lines };
};

it('counts each kind of finding of a sweep', async () => {
  const pastDeadline = { deadline: addMs(at, 1), due: addMs(at, 1) };
  const yesterday = addMs(at, -limits.parkAfterMs);
  const { sweep, counts } = await storedOrders(
    anOrder(),
    anOrder({ id: idOf('o2') }),
    anOfflineOrder({ id: idOf('o3'), ...pastDeadline }),
    anOrder({ id: idOf('o4'), ...unwinding, history: [{ at: yesterday, status: 'cancelling' }] }),
    aWaitingOrder({ id: idOf('o5') }),
  );
  await sweep();
  expect(counts()).toEqual([
    ...[{ OrdersRestarted: 2 }, { OrdersExpired: 1 }, { OrdersParked: 1 }, { OrdersReleased: 1 }],
    { OrdersMayHaveLostEvents: 1 },
  ]);
});

it('counts and logs the orders behind the canaries, and says which command finds lost events', async () => {
  const yesterday = addMs(at, -23 * 60 * 60_000);
  const { sweep, counts, lines } = await storedOrders(
    ...Array.from({ length: 9 }, (_, n) =>
      anOrder({ id: idOf(`o${n}`), history: [{ at: n === 0 ? yesterday : at, status: 'placed' }] }),
    ),
  );
  await sweep();
  expect(counts()).toEqual([
    { OrdersRestarted: 5 },
    { OrdersHeldBack: 3 },
    { OrdersParked: 1 },
    { OrdersMayHaveLostEvents: 1 },
  ]);
  expect(lines()).toMatchObject([
    { message: 'the sweep found orders', report: { heldBackTenants: [tenantId], canaries: 5, heldBack: 3 } },
    {
      message: expect.stringContaining('only canaries are restarted'),
      heldBackTenants: [tenantId],
      canaries: 5,
      heldBack: 3,
    },
    {
      message: expect.stringContaining('may have been given up'),
      orders: 1,
      command: 'npm run -s republish -- --stage dev --given-up --dry-run',
    },
  ]);
});

it('shows to the operator, and counts, what no retry resolves', async () => {
  const { rt, clock, counted } = await storedOrders(anOrder());
  const step = { tenantId, orderId: id, run: 1 };
  const cause = JSON.stringify({
    errorType: 'Unprocessable',
    errorMessage: 'ValidationException: too large',
    trace: [],
  });
  await parkStep(rt)({ ...step, error: 'Unprocessable', cause }, invocation(10_000, clock));
  const because = 'an error that no retry resolves: ValidationException: too large';
  expect(await orderTable(rt).find(tenantId, id)).toMatchObject({ status: 'needs_attention', cause: because });
  expect(counted).toMatchObject([{ name: 'OrdersParked', value: 1, details: { ...step, because } }]);
});

it.each(['not JSON', '{}', undefined])('parks an order whose cause is unreadable: %s', async (cause) => {
  const { rt, clock } = await storedOrders(anOrder());
  const event = { tenantId, orderId: id, run: 1, error: 'Unprocessable', ...(cause !== undefined && { cause }) };
  await parkStep(rt)(event, invocation(10_000, clock));
  expect(await orderTable(rt).find(tenantId, id)).toMatchObject({
    cause: expect.stringContaining('the log of its task'),
  });
});

it('counts nothing if a sweep finds nothing', async () => {
  const { sweep, counts } = await storedOrders();
  await sweep();
  expect(counts()).toEqual([]);
});

it('counts an order that its saga parks, with the ids of the order', async () => {
  const { rt, clock, counted } = await storedOrders(anOrder(unwinding));
  const step = { tenantId, orderId: id, run: 2 };
  await parkStep(rt)({ ...step, error: 'SettlementRefused' }, invocation(10_000, clock));
  expect(counted).toMatchObject([{ name: 'OrdersParked', value: 1, details: { ...step, error: 'SettlementRefused' } }]);
});

it('counts no order that its saga could not park', async () => {
  const { rt, clock, counted } = await storedOrders(anOrder());
  const parking = parkStep(rt)({ tenantId, orderId: id, run: 2, error: 'HoldCommitted' }, invocation(10_000, clock));
  await expect(parking).rejects.toMatchObject({ name: 'Superseded' });
  expect(counted).toEqual([]);
});

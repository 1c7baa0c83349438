import { expect, it } from 'vitest';
import { parkStep } from '#orders/saga/steps';
import { orderTable } from '#orders/table/order-table';
import { sweepWorker } from '#orders/workers/sweep';
import { addMs, type OrderId } from '#platform/kernel';
import { invocation } from '../fixtures/invocation.ts';
import { anOrder, at, id, limits, tenantId } from '../fixtures/order.ts';
import { createTestTable } from '../fixtures/table.ts';

const unwinding = { status: 'cancelling', reason: 'payment_declined', run: 2 } as const;
const idOf = (text: string) => text as OrderId;

/** A table with these orders, at the moment when the sweeper restarts orders without progress. */
const storedOrders = async (...orders: readonly ReturnType<typeof anOrder>[]) => {
  const { rt, clock, metrics: counted } = createTestTable();
  const table = orderTable(rt);
  for (const order of orders) await table.putIfAbsent(order);
  clock.advance(limits.standstillMs);
  const counts = () => counted.map(({ name, value }) => ({ [name]: value }));
  const sweep = () => sweepWorker(rt)({}, invocation(55_000, clock));
  return { rt, clock, counted, counts, sweep };
};

it('counts each kind of finding of a sweep', async () => {
  const pastDeadline = { deadline: addMs(at, 1), due: addMs(at, 1) };
  const { sweep, counts } = await storedOrders(
    anOrder(),
    anOrder({ id: idOf('o2') }),
    anOrder({ id: idOf('o3'), ...pastDeadline }),
    anOrder({ id: idOf('o4'), ...pastDeadline, ...unwinding }),
  );
  await sweep();
  expect(counts()).toEqual([{ OrdersRestarted: 2 }, { OrdersExpired: 1 }, { OrdersParked: 1 }]);
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

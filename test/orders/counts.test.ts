import { expect, it } from 'vitest';
import { parkTask } from '#orders/saga/park.task';
import { orderTable } from '#orders/table/order-table';
import { sweepWorker } from '#orders/workers/sweep.worker';
import { addMs, type OrderId } from '#platform/kernel';
import { invocation } from '../platform/fixtures/invocation.ts';
import { tableWorld } from '../platform/fixtures/table.ts';
import { anOrder, at, id, limits, tenantId } from './fixtures/order.ts';

const unwinding = { status: 'cancelling', reason: 'payment_declined', run: 2 } as const;
const named = (text: string) => text as OrderId;

/** A table that holds these orders, at the moment when their sagas should have ended. */
const holding = async (...orders: readonly ReturnType<typeof anOrder>[]) => {
  const { rt, clock, counted } = tableWorld();
  const table = orderTable(rt);
  for (const order of orders) await table.putIfAbsent(order);
  clock.advance(limits.standstillMs);
  const counts = () => counted.map(({ name, value }) => ({ [name]: value }));
  const sweep = () => sweepWorker(rt)({}, invocation(55_000, clock));
  return { rt, clock, counted, counts, sweep };
};

it('counts each kind of what a sweep finds', async () => {
  const past = { deadline: addMs(at, 1), due: addMs(at, 1) };
  const { sweep, counts } = await holding(
    anOrder(),
    anOrder({ id: named('o2') }),
    anOrder({ id: named('o3'), ...past }),
    anOrder({ id: named('o4'), ...past, ...unwinding }),
  );
  await sweep();
  expect(counts()).toEqual([{ OrdersRestarted: 2 }, { OrdersExpired: 1 }, { OrdersParked: 1 }]);
});

it('counts nothing where nothing is found', async () => {
  const { sweep, counts } = await holding();
  await sweep();
  expect(counts()).toEqual([]);
});

it('counts an order that its saga parks, and says which', async () => {
  const { rt, clock, counted } = await holding(anOrder(unwinding));
  const step = { tenantId, orderId: id, run: 2 };
  await parkTask(rt)({ ...step, error: 'SettlementRefused' }, invocation(10_000, clock));
  expect(counted).toMatchObject([{ name: 'OrdersParked', value: 1, details: { ...step, error: 'SettlementRefused' } }]);
});

it('counts nothing that it does not park', async () => {
  const { rt, clock, counted } = await holding(anOrder());
  const parking = parkTask(rt)({ tenantId, orderId: id, run: 2, error: 'HoldCommitted' }, invocation(10_000, clock));
  await expect(parking).rejects.toMatchObject({ name: 'Superseded' });
  expect(counted).toEqual([]);
});

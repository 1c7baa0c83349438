import { describe, expect, it } from 'vitest';
import { commitHolds, hold, release, watchStock } from '#inventory/inventory.lambda';
import { holdTable } from '#inventory/table/hold-table';
import { cancelByCustomer } from '#orders/domain/customer';
import { markConfirmed } from '#orders/domain/saga-step';
import { orderTable } from '#orders/table/order-table';
import { busEvent, invocation, messages } from '../fixtures/invocation.ts';
import { anOrder, at, limits } from '../fixtures/order.ts';
import { mug, orderId, pot, putStock, tenantId } from '../fixtures/stock.ts';
import { createTestTable } from '../fixtures/table.ts';

const moment = { at, limits };
const stepOf = (run: number) => ({ tenantId, orderId, run });

/** A placed order of 2 mugs and 1 pot, with this number of mugs in stock. */
const createShop = async (mugs: number) => {
  const { rt, records } = createTestTable();
  const [orders, holds] = [orderTable(rt), holdTable(rt)];
  const placed = await orders.putIfAbsent(anOrder());
  await putStock(rt, { sku: mug, available: [mugs] });
  await putStock(rt, { sku: pot, available: [1] });
  const update = async (to: ReturnType<typeof cancelByCustomer> | ReturnType<typeof markConfirmed>) => {
    if (to.ok) await orders.update(placed, to.value);
  };
  return {
    records,
    holds,
    hold: () => hold.create(rt)(stepOf(1), invocation()),
    release: () => release.create(rt)(stepOf(2), invocation()),
    cancel: () => update(cancelByCustomer(placed, moment)),
    confirm: () => update(markConfirmed(placed, 1, moment)),
    findHold: () => holds.find(tenantId, orderId),
    commitHolds: commitHolds.create(rt),
    watchStock: watchStock.create(rt),
  };
};

describe("inventory's saga steps", () => {
  it('hold the lines of the order, and release them when it is cancelled', async () => {
    const { hold, cancel, release, findHold } = await createShop(2);
    await hold();
    expect(await findHold()).toMatchObject({
      state: 'open',
      allocations: [
        { sku: mug, quantity: 2 },
        { sku: pot, quantity: 1 },
      ],
    });
    await cancel();
    await release();
    expect(await findHold()).toMatchObject({ state: 'released' });
  });

  it('fail with StockUnavailable where a line requests more units than are available', async () => {
    const { hold, findHold } = await createShop(1);
    await expect(hold()).rejects.toMatchObject({ name: 'StockUnavailable' });
    expect(await findHold()).toBeUndefined();
  });

  it('fail with Superseded once the order has changed its status', async () => {
    const { hold, cancel, release } = await createShop(2);
    await expect(release()).rejects.toMatchObject({ name: 'Superseded' });
    await cancel();
    await expect(hold()).rejects.toMatchObject({ name: 'Superseded' });
  });

  it('do not release sold stock', async () => {
    const { hold, cancel, release, holds, findHold } = await createShop(2);
    await hold();
    const open = await findHold();
    if (open) await holds.update(open, { ...open, state: 'committed', version: 2 });
    await cancel();
    await expect(release()).rejects.toMatchObject({ name: 'HoldCommitted' });
  });
});

const confirmedEvent = busEvent({
  ...{ id: 'e1', type: 'OrderConfirmed.v1', at, tenantId, aggregateId: orderId, version: 2 },
  ...{ data: { run: 1, total: { amount: 55_00, currency: 'EUR' }, paidBy: 'provider' } },
} as { type: string });
const stockEvent = (type: string) =>
  busEvent({
    ...{ id: 'e2', type, at, tenantId, aggregateId: orderId, version: 1 },
    ...{ data: { skus: [mug, pot], delta: 1 } },
  } as { type: string });

describe("inventory's workers", () => {
  it('commit the hold of a confirmed order, and succeed for a repeat', async () => {
    const { hold, confirm, commitHolds, findHold } = await createShop(2);
    await hold();
    await confirm();
    expect(await commitHolds(messages(confirmedEvent, confirmedEvent), invocation())).toMatchObject({
      batchItemFailures: expect.any(Array),
    });
    expect(await commitHolds(messages(confirmedEvent), invocation())).toEqual({ batchItemFailures: [] });
    expect(await findHold()).toMatchObject({ state: 'committed', version: 2 });
  });

  it.each(['StockHeld.v1', 'StockReleased.v1', 'StockAdjusted.v1'])('count every SKU of %s', async (type) => {
    const { hold, watchStock, records } = await createShop(2);
    await hold();
    records.length = 0;
    expect(await watchStock(messages(stockEvent(type)), invocation())).toEqual({ batchItemFailures: [] });
    const published = records.map(({ dynamodb }) => dynamodb.NewImage?.['out']?.M?.['events']?.L?.[0]?.M);
    expect(published.map((event) => [event?.['type']?.S, event?.['aggregateId']?.S])).toEqual([
      ['InventoryDepleted.v1', mug],
      ['InventoryDepleted.v1', pot],
    ]);
    await watchStock(messages(stockEvent(type)), invocation());
    expect(records).toHaveLength(2);
  });
});

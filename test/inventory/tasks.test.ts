import { describe, expect, it } from 'vitest';
import { holdTask } from '#inventory/saga/hold.task';
import { releaseTask } from '#inventory/saga/release.task';
import { holdTable } from '#inventory/table/hold-table';
import { commitHoldsWorker } from '#inventory/workers/commit-holds.worker';
import { watchStockWorker } from '#inventory/workers/watch-stock.worker';
import { cancelByCustomer } from '#orders/domain/customer';
import { markConfirmed } from '#orders/domain/saga-step';
import { orderTable } from '#orders/table/order-table';
import { anOrder, at, limits } from '../fixtures/order.ts';
import { delivered, invocation, messages } from '../platform/fixtures/invocation.ts';
import { watchedTable } from '../platform/fixtures/watched-table.ts';
import { mug, orderId, pot, stock, tenantId } from './fixtures/stock.ts';

const stepOf = (run: number) => ({ tenantId, orderId, run });
const shop = async (mugs: number) => {
  const { rt, records } = watchedTable();
  const [orders, holds] = [orderTable(rt), holdTable(rt)];
  const placed = await orders.putIfAbsent(anOrder());
  await stock(rt, mug, [mugs]);
  await stock(rt, pot, [1]);
  const move = async (to: ReturnType<typeof cancelByCustomer> | ReturnType<typeof markConfirmed>) => {
    if (to.ok) await orders.update(placed, to.value);
  };
  return {
    records,
    holds,
    hold: () => holdTask(rt)(stepOf(1), invocation()),
    release: () => releaseTask(rt)(stepOf(2), invocation()),
    cancel: () => move(cancelByCustomer(placed, at, limits)),
    confirm: () => move(markConfirmed(placed, 1, at, limits)),
    standing: () => holds.find(tenantId, orderId),
    commit: commitHoldsWorker(rt),
    watch: watchStockWorker(rt),
  };
};

describe('the tasks of stock', () => {
  it('hold the lines of the order, and give them back when it is unwound', async () => {
    const { hold, cancel, release, standing } = await shop(2);
    await hold();
    expect(await standing()).toMatchObject({
      state: 'open',
      allocations: [
        { sku: mug, quantity: 2 },
        { sku: pot, quantity: 1 },
      ],
    });
    await cancel();
    await release();
    expect(await standing()).toMatchObject({ state: 'released' });
  });

  it('say by name that stock is out', async () => {
    const { hold, standing } = await shop(1);
    await expect(hold()).rejects.toMatchObject({ name: 'StockUnavailable' });
    expect(await standing()).toBeUndefined();
  });

  it('are superseded by name once the order has moved on', async () => {
    const { hold, cancel, release } = await shop(2);
    await expect(release()).rejects.toMatchObject({ name: 'Superseded' });
    await cancel();
    await expect(hold()).rejects.toMatchObject({ name: 'Superseded' });
  });

  it('do not release what is sold', async () => {
    const { hold, cancel, release, holds, standing } = await shop(2);
    await hold();
    const open = await standing();
    if (open) await holds.update(open, { ...open, state: 'committed', version: 2 });
    await cancel();
    await expect(release()).rejects.toMatchObject({ name: 'HoldCommitted' });
  });
});

const confirmed = delivered({
  ...{ id: 'e1', type: 'OrderConfirmed.v1', at, tenantId, aggregateId: orderId, version: 2 },
  ...{ data: { run: 1, total: { amount: 55_00, currency: 'EUR' }, paidBy: 'provider' } },
} as { type: string });
const held = (type: string) =>
  delivered({
    ...{ id: 'e2', type, at, tenantId, aggregateId: orderId, version: 1 },
    data: { skus: [mug, pot], delta: 1 },
  } as {
    type: string;
  });

describe('the workers of stock', () => {
  it('commit the hold of a confirmed order, and take a repeat for done', async () => {
    const { hold, confirm, commit, standing } = await shop(2);
    await hold();
    await confirm();
    expect(await commit(messages(confirmed, confirmed), invocation())).toMatchObject({
      batchItemFailures: expect.any(Array),
    });
    expect(await commit(messages(confirmed), invocation())).toEqual({ batchItemFailures: [] });
    expect(await standing()).toMatchObject({ state: 'committed', version: 2 });
  });

  it.each(['StockHeld.v1', 'StockReleased.v1', 'StockAdjusted.v1'])('count every SKU of %s', async (type) => {
    const { hold, watch, records } = await shop(2);
    await hold();
    records.length = 0;
    expect(await watch(messages(held(type)), invocation())).toEqual({ batchItemFailures: [] });
    const told = records.map(({ dynamodb }) => dynamodb.NewImage?.['out']?.M?.['events']?.L?.[0]?.M);
    expect(told.map((event) => [event?.['type']?.S, event?.['aggregateId']?.S])).toEqual([
      ['InventoryDepleted.v1', mug],
      ['InventoryDepleted.v1', pot],
    ]);
    await watch(messages(held(type)), invocation());
    expect(records).toHaveLength(2);
  });
});

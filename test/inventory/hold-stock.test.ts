import { describe, expect, it } from 'vitest';
import { type Hold, holdTombstone } from '#inventory/domain/hold';
import { commitOrderHold } from '#inventory/use-cases/commit-hold';
import { holdStock } from '#inventory/use-cases/hold-stock';
import type { Stock } from '#inventory/use-cases/ports';
import { releaseStock } from '#inventory/use-cases/release-stock';
import type { FindOrderForRun } from '#orders/contract';
import { mug, orderId, shardsOf, summaryOf, tenantId } from '../fixtures/stock.ts';
import {
  emptyStock,
  fakeHolds,
  held,
  hold,
  order,
  pick,
  retryTimes,
  step,
  stockOf,
  unstableStock,
} from './fixtures/ports.ts';

const refused = (error: string) => ({ ok: false, error });
const released: Hold = { ...held, state: 'released', version: 2 };
const committed: Hold = { ...held, state: 'committed', version: 2 };

describe('holding', () => {
  it('guesses, and holds without reading the shards where the guess succeeds', async () => {
    const { written, holds } = fakeHolds(['done']);
    expect(await hold(holds, stockOf([]))).toEqual({ ok: true, value: held });
    expect(written).toEqual([held]);
  });

  it('guesses the first shard of a SKU without a stock record', async () => {
    const { written, holds } = fakeHolds(['short']);
    expect(await hold(holds, emptyStock)).toEqual(refused('out_of_stock'));
    expect(written).toEqual([held]);
  });

  it('writes nothing once the order has changed its status', async () => {
    const { written, holds } = fakeHolds([]);
    const orders: FindOrderForRun = async () => undefined;
    const ports = { orders, stock: stockOf([5]), holds, pick };
    expect(await holdStock(ports)(step, retryTimes(9))).toEqual(refused('superseded'));
    expect(written).toEqual([]);
  });

  it.each(['short', 'contended'] as const)('reads all shards where its guess was %s', async (outcome) => {
    const { written, holds } = fakeHolds([outcome]);
    expect(await hold(holds, stockOf([1, 1]))).toMatchObject({ ok: true });
    expect(written[1]?.allocations).toEqual([
      { sku: mug, shard: 0, quantity: 1 },
      { sku: mug, shard: 1, quantity: 1 },
    ]);
  });

  it('finds stock that was received in new shards during its attempts', async () => {
    const { written, holds } = fakeHolds(['contended']);
    let reads = 0;
    const growing = {
      ...emptyStock,
      summaries: async () => (reads++ === 0 ? [] : [summaryOf(mug)]),
      shards: async (summaries: readonly unknown[]) => (summaries.length > 0 ? shardsOf(mug, [5]) : []),
    };
    expect(await hold(holds, growing)).toMatchObject({ ok: true });
    expect(written).toHaveLength(2);
  });

  it('returns the existing hold, and is superseded by a released one', async () => {
    expect(await hold(fakeHolds([held]).holds)).toEqual({ ok: true, value: held });
    expect(await hold(fakeHolds([committed]).holds)).toEqual({ ok: true, value: committed });
    expect(await hold(fakeHolds([released]).holds)).toEqual(refused('superseded'));
    expect(await hold(fakeHolds([holdTombstone(step)]).holds)).toEqual(refused('superseded'));
  });

  it('returns out_of_stock after reading the shards, unless its own hold has taken the stock', async () => {
    expect(await hold(fakeHolds(['short']).holds, stockOf([1]))).toEqual(refused('out_of_stock'));
    expect(await hold(fakeHolds(['short'], held).holds, stockOf([1]))).toEqual({ ok: true, value: held });
    expect(await hold(fakeHolds(['short'], released).holds, stockOf([1]))).toEqual(refused('superseded'));
  });

  it('fails, and is not out of stock, where others contend or change the stock at every read', async () => {
    await expect(hold(fakeHolds(['contended', 'short']).holds, stockOf([5]), 1)).rejects.toThrow('no time left');
    await expect(hold(fakeHolds(['short']).holds, unstableStock([1]), 3)).rejects.toThrow('no time left');
  });

  it('consolidates stock in more shards than one transaction can change, then takes it', async () => {
    const oneEach = Array<number>(100).fill(1);
    let current = stockOf(oneEach);
    const shifts: unknown[] = [];
    const shift: Stock['shift'] = async (from, to, changes) => {
      shifts.push([from, to, changes]);
      current = stockOf([95, ...Array<number>(99).fill(0)]);
      return 'done';
    };
    const stock: Stock = {
      summaries: (...args) => current.summaries(...args),
      shards: (...args) => current.shards(...args),
      shift,
    };
    const largeOrder = { ...order, lines: [{ sku: mug, quantity: 95 }] };
    const { written, holds } = fakeHolds(['short']);
    const ports = { orders: async () => largeOrder, stock, holds, pick };
    expect(await holdStock(ports)(step, retryTimes(9))).toMatchObject({ ok: true });
    expect(written[1]?.allocations).toEqual([{ sku: mug, shard: 0, quantity: 95 }]);
    const summary = summaryOf(mug, { shards: 100 });
    const taken = oneEach.slice(0, 94).map((_, i) => ({ sku: mug, shard: i + 1, quantity: -1 }));
    expect(shifts).toEqual([[summary, { ...summary, version: 2 }, [{ sku: mug, shard: 0, quantity: 94 }, ...taken]]]);
  });
});

describe('releasing', () => {
  const release = (holds: ReturnType<typeof fakeHolds>['holds'], tries = 9) =>
    releaseStock({ orders: async () => order, holds })(step, retryTimes(tries));

  it('returns the stock that the order holds', async () => {
    const { written, holds } = fakeHolds(['done'], held);
    expect(await release(holds)).toEqual({ ok: true, value: released });
    expect(written).toEqual([released]);
  });

  it('leaves a tombstone where there is no hold', async () => {
    const { written, holds } = fakeHolds(['done']);
    expect(await release(holds)).toEqual({ ok: true, value: holdTombstone(step) });
    expect(written).toEqual([holdTombstone(step)]);
  });

  it('writes nothing the second time, nor once the order has changed its status', async () => {
    const { written, holds } = fakeHolds([], released);
    expect(await release(holds)).toEqual({ ok: true, value: released });
    const orders: FindOrderForRun = async () => undefined;
    expect(await releaseStock({ orders, holds })(step, retryTimes(9))).toEqual(refused('superseded'));
    expect(written).toEqual([]);
  });

  it('does not release sold stock', async () => {
    expect(await release(fakeHolds([], committed).holds)).toEqual(refused('committed'));
  });

  it('reads again after a conflict, until there is no time left', async () => {
    expect(await release(fakeHolds(['contended'], held).holds)).toMatchObject({ ok: true });
    expect(await release(fakeHolds([held]).holds)).toMatchObject({ ok: true });
    await expect(release(fakeHolds(['contended', 'contended'], held).holds, 1)).rejects.toThrow('no time left');
  });
});

describe('committing', () => {
  const commit = (holds: ReturnType<typeof fakeHolds>['holds']) => commitOrderHold(holds)(tenantId, orderId);

  it('marks the hold once', async () => {
    const { written, holds } = fakeHolds(['done'], held);
    await commit(holds);
    expect(written).toEqual([committed]);
    const again = fakeHolds([], committed);
    await commit(again.holds);
    expect(again.written).toEqual([]);
  });

  it.each([
    ['there is none', undefined, 'missing'],
    ['it was released', released, 'released'],
  ])('fails for a confirmed order without a hold: %s', async (_, existing, state) => {
    await expect(commit(fakeHolds([], existing).holds)).rejects.toThrow(`its hold is ${state}`);
  });

  it('leaves a conflict to the next delivery', async () => {
    await expect(commit(fakeHolds(['contended'], held).holds)).rejects.toThrow('contended');
  });
});

import { describe, expect, it } from 'vitest';
import { type Hold, holdTombstone } from '#inventory/domain/hold';
import { commitOrderHold } from '#inventory/use-cases/commit-hold';
import { holdStock } from '#inventory/use-cases/hold-stock';
import type { Stock } from '#inventory/use-cases/ports';
import { releaseStock } from '#inventory/use-cases/release-stock';
import type { FindOrderForRun } from '#orders/contract';
import { held, hold, holdsAnswering, noStock, order, patience, pick, restless, shelf, step } from './fixtures/ports.ts';
import { headOf, mug, orderId, shardsOf, tenantId } from './fixtures/stock.ts';

const refused = (error: string) => ({ ok: false, error });
const released: Hold = { ...held, state: 'released', version: 2 };
const committed: Hold = { ...held, state: 'committed', version: 2 };

describe('holding', () => {
  it('guesses, and holds without a look where the guess is good', async () => {
    const { written, holds } = holdsAnswering(['done']);
    expect(await hold(holds, shelf([]))).toEqual({ ok: true, value: held });
    expect(written).toEqual([held]);
  });

  it('takes the first shard of a SKU that was never stocked for its guess', async () => {
    const { written, holds } = holdsAnswering(['short']);
    expect(await hold(holds, noStock)).toEqual(refused('out_of_stock'));
    expect(written).toEqual([held]);
  });

  it('sends nothing once the order has moved on', async () => {
    const { written, holds } = holdsAnswering([]);
    const orders: FindOrderForRun = async () => undefined;
    const ports = { orders, stock: shelf([5]), holds, pick };
    expect(await holdStock(ports)(step, patience(9))).toEqual(refused('superseded'));
    expect(written).toEqual([]);
  });

  it.each(['short', 'contended'] as const)('looks at all shards where its guess was %s', async (outcome) => {
    const { written, holds } = holdsAnswering([outcome]);
    expect(await hold(holds, shelf([1, 1]))).toMatchObject({ ok: true });
    expect(written[1]?.allocations).toEqual([
      { sku: mug, shard: 0, quantity: 1 },
      { sku: mug, shard: 1, quantity: 1 },
    ]);
  });

  it('finds stock that came to new shards while it tried', async () => {
    const { written, holds } = holdsAnswering(['contended']);
    let looks = 0;
    const growing = {
      ...noStock,
      summaries: async () => (looks++ === 0 ? [] : [headOf(mug)]),
      shards: async (heads: readonly unknown[]) => (heads.length > 0 ? shardsOf(mug, [5]) : []),
    };
    expect(await hold(holds, growing)).toMatchObject({ ok: true });
    expect(written).toHaveLength(2);
  });

  it('meets the hold that stands, and is superseded by a released one', async () => {
    expect(await hold(holdsAnswering([held]).holds)).toEqual({ ok: true, value: held });
    expect(await hold(holdsAnswering([committed]).holds)).toEqual({ ok: true, value: committed });
    expect(await hold(holdsAnswering([released]).holds)).toEqual(refused('superseded'));
    expect(await hold(holdsAnswering([holdTombstone(step)]).holds)).toEqual(refused('superseded'));
  });

  it('says that stock is out after a look, unless its own hold has taken it', async () => {
    expect(await hold(holdsAnswering(['short']).holds, shelf([1]))).toEqual(refused('out_of_stock'));
    expect(await hold(holdsAnswering(['short'], held).holds, shelf([1]))).toEqual({ ok: true, value: held });
    expect(await hold(holdsAnswering(['short'], released).holds, shelf([1]))).toEqual(refused('superseded'));
  });

  it('fails, and is not out of stock, where others do not let it, or change the stock at every look', async () => {
    await expect(hold(holdsAnswering(['contended', 'short']).holds, shelf([5]), 1)).rejects.toThrow('no time left');
    await expect(hold(holdsAnswering(['short']).holds, restless([1]), 3)).rejects.toThrow('no time left');
  });

  it('brings together what lies in more shards than one transaction holds, then takes it', async () => {
    const thin = Array<number>(100).fill(1);
    let stands = shelf(thin);
    const shifts: unknown[] = [];
    const shift: Stock['shift'] = async (from, to, changes) => {
      shifts.push([from, to, changes]);
      stands = shelf([95, ...Array<number>(99).fill(0)]);
      return 'done';
    };
    const stock: Stock = {
      summaries: (...of) => stands.summaries(...of),
      shards: (...of) => stands.shards(...of),
      shift,
    };
    const many = { ...order, lines: [{ sku: mug, quantity: 95 }] };
    const { written, holds } = holdsAnswering(['short']);
    const ports = { orders: async () => many, stock, holds, pick };
    expect(await holdStock(ports)(step, patience(9))).toMatchObject({ ok: true });
    expect(written[1]?.allocations).toEqual([{ sku: mug, shard: 0, quantity: 95 }]);
    const head = headOf(mug, { shards: 100 });
    const taken = thin.slice(0, 94).map((_, i) => ({ sku: mug, shard: i + 1, quantity: -1 }));
    expect(shifts).toEqual([[head, { ...head, version: 2 }, [{ sku: mug, shard: 0, quantity: 94 }, ...taken]]]);
  });
});

describe('releasing', () => {
  const release = (holds: ReturnType<typeof holdsAnswering>['holds'], tries = 9) =>
    releaseStock({ orders: async () => order, holds })(step, patience(tries));

  it('gives back what the order holds', async () => {
    const { written, holds } = holdsAnswering(['done'], held);
    expect(await release(holds)).toEqual({ ok: true, value: released });
    expect(written).toEqual([released]);
  });

  it('leaves a tombstone where there is no hold', async () => {
    const { written, holds } = holdsAnswering(['done']);
    expect(await release(holds)).toEqual({ ok: true, value: holdTombstone(step) });
    expect(written).toEqual([holdTombstone(step)]);
  });

  it('writes nothing the second time, nor once the order has moved on', async () => {
    const { written, holds } = holdsAnswering([], released);
    expect(await release(holds)).toEqual({ ok: true, value: released });
    const orders: FindOrderForRun = async () => undefined;
    expect(await releaseStock({ orders, holds })(step, patience(9))).toEqual(refused('superseded'));
    expect(written).toEqual([]);
  });

  it('does not release what is sold', async () => {
    expect(await release(holdsAnswering([], committed).holds)).toEqual(refused('committed'));
  });

  it('looks again after a conflict, until there is no time left', async () => {
    expect(await release(holdsAnswering(['contended'], held).holds)).toMatchObject({ ok: true });
    expect(await release(holdsAnswering([held]).holds)).toMatchObject({ ok: true });
    await expect(release(holdsAnswering(['contended', 'contended'], held).holds, 1)).rejects.toThrow('no time left');
  });
});

describe('committing', () => {
  const commit = (holds: ReturnType<typeof holdsAnswering>['holds']) => commitOrderHold(holds)(tenantId, orderId);

  it('marks the hold once', async () => {
    const { written, holds } = holdsAnswering(['done'], held);
    await commit(holds);
    expect(written).toEqual([committed]);
    const again = holdsAnswering([], committed);
    await commit(again.holds);
    expect(again.written).toEqual([]);
  });

  it.each([
    ['there is none', undefined, 'not there'],
    ['it was released', released, 'released'],
  ])('does not pass over a confirmed order without a hold: %s', async (_, standing, said) => {
    await expect(commit(holdsAnswering([], standing).holds)).rejects.toThrow(`its hold is ${said}`);
  });

  it('leaves a conflict to the next delivery', async () => {
    await expect(commit(holdsAnswering(['contended'], held).holds)).rejects.toThrow('contended');
  });
});

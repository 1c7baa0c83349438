import { describe, expect, it } from 'vitest';
import type { Order } from '#orders/domain/order';
import type { DueOrders } from '#orders/use-cases/ports';
import { sweepOrders } from '#orders/use-cases/sweep-orders';
import { addMs, type OrderId } from '#platform/kernel';
import { anOrder, at, atRest, limits, tenantId } from './fixtures/order.ts';
import { storedOrders } from './fixtures/stored-orders.ts';

const numbered = (n: number, change: Partial<Order> = {}) => anOrder({ id: `o${n}` as OrderId, ...change });

/** An index that lags for ever: what was once due stays in it. */
const laggingIndex = (all: readonly Order[], turns: boolean[] = [true]) => {
  const asked: number[] = [];
  const taken: (readonly [at: string, until: string])[] = [];
  let ended = 0;
  const due: DueOrders = {
    async findDue(now, limit) {
      asked.push(limit);
      return all.filter((order) => order.due !== undefined && order.due <= now).slice(0, limit);
    },
    async acquireLease(now, until) {
      taken.push([now, until]);
      return turns.shift() ?? false;
    },
    async releaseLease() {
      ended += 1;
    },
  };
  return { due, asked, taken, ended: () => ended };
};

const sweeping = (all: readonly Order[], ms: number, turns?: boolean[]) => {
  const { rows, orders, moves } = storedOrders();
  for (const order of all) rows.set(order.id, order);
  const index = laggingIndex(all, turns);
  const sweep = sweepOrders(orders, index.due, { now: () => addMs(at, ms), limits });
  return { rows, moves, index, sweep };
};

describe('a sweep', () => {
  it('goes through all that is due once, page by page, and counts what it made of each', async () => {
    const all = [
      ...Array.from({ length: 60 }, (_, n) => numbered(n)),
      numbered(60, { deadline: addMs(at, limits.standstillMs) }),
      numbered(61, { status: 'cancelling', reason: 'out_of_stock', deadline: addMs(at, limits.standstillMs) }),
    ];
    const { moves, index, sweep } = sweeping(all, limits.standstillMs);
    expect(await sweep(() => true)).toEqual({ restarted: 60, expired: 1, parked: 1 });
    expect(moves).toHaveLength(62);
    expect(index.asked.length).toBeLessThan(6);
    expect(index.taken).toEqual([[addMs(at, limits.standstillMs), addMs(at, limits.standstillMs + 90_000)]]);
    expect(index.ended()).toBe(1);
  });

  it('passes over what has come to rest since, and what is not there', async () => {
    const { rows, moves, sweep } = sweeping([numbered(1), numbered(2)], limits.standstillMs);
    rows.set('o1', atRest({ id: 'o1' as OrderId, status: 'confirmed' }));
    rows.delete('o2');
    expect(await sweep(() => true)).toEqual({ restarted: 0, expired: 0, parked: 0 });
    expect(moves).toEqual([]);
  });

  it('ends in time, and leaves the rest to the next', async () => {
    const { index, sweep } = sweeping([numbered(1)], limits.standstillMs);
    expect(await sweep(() => false)).toEqual({ restarted: 0, expired: 0, parked: 0 });
    expect(index.ended()).toBe(1);
  });

  it('does not begin while another is under way', async () => {
    const { moves, index, sweep } = sweeping([numbered(1)], limits.standstillMs, [false]);
    expect(await sweep(() => true)).toBe('not_my_turn');
    expect(moves).toEqual([]);
    expect(index.ended()).toBe(0);
  });

  it('names tenant and order as the index has them', async () => {
    const { moves, sweep } = sweeping([numbered(7)], limits.standstillMs);
    await sweep(() => true);
    expect(moves[0]?.[1]).toMatchObject({ tenantId, id: 'o7', run: 2 });
  });
});

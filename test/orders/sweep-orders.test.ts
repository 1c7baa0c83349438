import { describe, expect, it } from 'vitest';
import type { Order } from '#orders/domain/order';
import type { DueOrders } from '#orders/use-cases/ports';
import { sweepOrders } from '#orders/use-cases/sweep-orders';
import { addMs, type OrderId } from '#platform/kernel';
import { anOrder, anOrderWithoutDeadline, at, limits, momentAt, tenantId } from '../fixtures/order.ts';
import { inMemoryOrders } from './fixtures/in-memory-orders.ts';

const orderNumber = (n: number, change: Partial<Order> = {}) => anOrder({ id: `o${n}` as OrderId, ...change });

/** An index that never catches up: an order that was due stays in it. `leases` are the results of acquiring the lease. */
const laggingIndex = (all: readonly Order[], leases: boolean[] = [true]) => {
  const pageSizes: number[] = [];
  const acquired: (readonly [at: string, until: string])[] = [];
  let releases = 0;
  const due: DueOrders = {
    async findDue(now, limit) {
      pageSizes.push(limit);
      return all.filter((order) => order.due !== undefined && order.due <= now).slice(0, limit);
    },
    async acquireLease(now, until) {
      acquired.push([now, until]);
      return leases.shift() ?? false;
    },
    async releaseLease() {
      releases += 1;
    },
  };
  return { due, pageSizes, acquired, releases: () => releases };
};

const createSweep = (all: readonly Order[], ms: number, leases?: boolean[]) => {
  const { rows, orders, transitions } = inMemoryOrders();
  for (const order of all) rows.set(order.id, order);
  const index = laggingIndex(all, leases);
  const sweep = sweepOrders(orders, index.due, () => momentAt(addMs(at, ms)));
  return { rows, transitions, index, sweep };
};

describe('a sweep', () => {
  it('examines every due order once, page by page, and counts its findings', async () => {
    const all = [
      ...Array.from({ length: 60 }, (_, n) => orderNumber(n)),
      orderNumber(60, { deadline: addMs(at, limits.standstillMs) }),
      orderNumber(61, { status: 'cancelling', reason: 'out_of_stock', deadline: addMs(at, limits.standstillMs) }),
    ];
    const { transitions, index, sweep } = createSweep(all, limits.standstillMs);
    expect(await sweep(() => true)).toEqual({ restarted: 60, expired: 1, parked: 1 });
    expect(transitions).toHaveLength(62);
    expect(index.pageSizes.length).toBeLessThan(6);
    expect(index.acquired).toEqual([[addMs(at, limits.standstillMs), addMs(at, limits.standstillMs + 90_000)]]);
    expect(index.releases()).toBe(1);
  });

  it('skips orders that are no longer due or do not exist', async () => {
    const { rows, transitions, sweep } = createSweep([orderNumber(1), orderNumber(2)], limits.standstillMs);
    rows.set('o1', anOrderWithoutDeadline({ id: 'o1' as OrderId, status: 'confirmed' }));
    rows.delete('o2');
    expect(await sweep(() => true)).toEqual({ restarted: 0, expired: 0, parked: 0 });
    expect(transitions).toEqual([]);
  });

  it('stops when its time is over, and leaves the other orders to the next sweep', async () => {
    const { index, sweep } = createSweep([orderNumber(1)], limits.standstillMs);
    expect(await sweep(() => false)).toEqual({ restarted: 0, expired: 0, parked: 0 });
    expect(index.releases()).toBe(1);
  });

  it('does not start while another sweep holds the lease', async () => {
    const { transitions, index, sweep } = createSweep([orderNumber(1)], limits.standstillMs, [false]);
    expect(await sweep(() => true)).toBe('lease_held');
    expect(transitions).toEqual([]);
    expect(index.releases()).toBe(0);
  });

  it('restarts the order of the tenant that the index names', async () => {
    const { transitions, sweep } = createSweep([orderNumber(7)], limits.standstillMs);
    await sweep(() => true);
    expect(transitions[0]?.[1]).toMatchObject({ tenantId, id: 'o7', run: 2 });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseGivingWay, giveWay, type Holder, mayBeGivenWay, tryAgain } from '#orders/domain/giving-way';
import type { Order } from '#orders/domain/order';
import type { Pause } from '#orders/domain/pause';
import { letOthersGiveWay } from '#orders/use-cases/give-way';
import type { FindManyOrders, Policies, StockToGiveWay } from '#orders/use-cases/ports';
import { addMs, type OrderId, type Sku } from '#platform/kernel';
import { anOfflineOrder, anOrder, at, aWaitingOrder, momentAt, mug, pot, stepOf } from '../fixtures/order.ts';
import { inMemoryOrders } from './fixtures/in-memory-orders.ts';

const MINUTE = 60_000;
const idOf = (n: number) => `v${n}` as OrderId;
const offlineSince = (n: number, minutes: number, change: Partial<Order> = {}) =>
  anOfflineOrder({
    id: idOf(n),
    history: [{ at: addMs(at, minutes * MINUTE), status: 'awaiting_payment' }],
    ...change,
  });
const holder = (order: Order, mugs: number, pots = 0): Holder => ({
  order,
  held: new Map<Sku, number>([...(mugs ? [[mug, mugs] as const] : []), ...(pots ? [[pot, pots] as const] : [])]),
});
const now = addMs(at, 60 * MINUTE);
const choose = (missing: readonly (readonly [Sku, number])[], holders: readonly Holder[], afterMinutes = 30) =>
  chooseGivingWay(
    missing.map(([sku, units]) => ({ sku, missing: units })),
    holders,
    { at: now, afterMinutes, pauses: [] },
  )?.map(({ id }) => id);

describe('the orders that give way', () => {
  it('are the oldest that were told how to pay, and no more than are needed', () => {
    const holders = [holder(offlineSince(1, 20), 2), holder(offlineSince(2, 10), 1), holder(offlineSince(3, 15), 1)];
    expect(choose([[mug, 2]], holders)).toEqual([idOf(2), idOf(3)]);
    expect(choose([[mug, 4]], holders)).toEqual([idOf(2), idOf(3), idOf(1)]);
  });

  it('are none that a later and larger one makes unneeded', () => {
    const holders = [holder(offlineSince(1, 1), 1), holder(offlineSince(2, 2), 1), holder(offlineSince(3, 3), 4)];
    expect(choose([[mug, 4]], holders)).toEqual([idOf(3)]);
    expect(choose([[mug, 5]], holders)).toEqual([idOf(1), idOf(3)]);
  });

  it('are none that wait for the provider, were told how to pay too recently, or are paid', () => {
    const holders = [
      holder(aWaitingOrder({ id: idOf(1) }), 5),
      holder(offlineSince(2, 31), 5),
      holder(offlineSince(3, 0, { status: 'confirmed' }), 5),
      holder(anOrder({ id: idOf(4) }), 5),
    ];
    expect(choose([[mug, 1]], holders)).toBeUndefined();
    expect(choose([[mug, 1]], holders, 29)).toEqual([idOf(2)]);
  });

  it('are none at all if all of them together would not be enough', () =>
    expect(
      choose(
        [
          [mug, 1],
          [pot, 4],
        ],
        [holder(offlineSince(1, 1), 9, 3)],
      ),
    ).toBeUndefined());

  it('are those that hold one each of two SKUs that are missing', () => {
    const holders = [holder(offlineSince(1, 1), 2), holder(offlineSince(2, 2), 0, 1)];
    const missing = [
      [mug, 2],
      [pot, 1],
    ] as const;
    expect(choose(missing, holders)).toEqual([idOf(1), idOf(2)]);
  });

  it('are none that hold only what is not missing', () =>
    expect(choose([[mug, 1]], [holder(offlineSince(1, 1), 0, 3), holder(offlineSince(2, 2), 1)])).toEqual([idOf(2)]));

  it('are fewer by those that gave way already and still hold their units', () => {
    const leaving = offlineSince(1, 1, { status: 'cancelling', reason: 'gave_way' });
    const closed = offlineSince(3, 1, { status: 'cancelled', reason: 'gave_way' });
    const other = offlineSince(4, 1, { status: 'cancelling', reason: 'cancelled_by_customer' });
    const holders = [holder(leaving, 2), holder(closed, 2), holder(other, 2), holder(offlineSince(2, 2), 2)];
    expect(choose([[mug, 2]], holders)).toEqual([]);
    expect(choose([[mug, 3]], holders)).toEqual([idOf(2)]);
  });

  it('cover what is missing, and none of them could be left out', () =>
    // Fails if a holder counts for a SKU that it does not hold, or if the choice goes on after everything is covered.
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 29 })),
        ),
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 0, max: 6 }),
        (units, mugs, pots) => {
          const holders = units.map(([m, p, minute], n) => holder(offlineSince(n, minute), m, p));
          const chosen = choose(
            [
              [mug, mugs],
              [pot, pots],
            ],
            holders,
          );
          const covers = (ids: readonly OrderId[]) => {
            const covered = (sku: Sku) =>
              holders
                .filter(({ order }) => ids.includes(order.id))
                .reduce((sum, { held }) => sum + (held.get(sku) ?? 0), 0);
            return covered(mug) >= mugs && covered(pot) >= pots;
          };
          expect(chosen !== undefined).toBe(covers(holders.map(({ order }) => order.id)));
          if (!chosen) return;
          expect(covers(chosen)).toBe(true);
          for (const id of chosen) expect(covers(chosen.filter((other) => other !== id))).toBe(false);
        },
      ),
    ));
});

it('an order gives way only while it is unpaid and offline', () => {
  const moment = momentAt(now);
  expect(giveWay(anOfflineOrder(), moment)).toMatchObject({ status: 'cancelling', reason: 'gave_way', run: 2 });
  for (const order of [anOrder(), aWaitingOrder(), anOfflineOrder({ status: 'confirmed' })])
    expect(giveWay(order, moment)).toBe(order);
});

it('an order is tried again at most three times, in its current run', () => {
  let order = anOrder();
  for (const run of [1, 2, 3]) {
    expect(mayBeGivenWay(order, run)).toBe(true);
    order = tryAgain(order, momentAt(at));
  }
  expect(order).toMatchObject({ status: 'placed', run: 4, giveWays: 3, restarts: 0 });
  expect(mayBeGivenWay(order, 4)).toBe(false);
  expect(mayBeGivenWay(anOrder(), 2)).toBe(false);
  expect(mayBeGivenWay(anOfflineOrder(), 1)).toBe(false);
});

describe('a refusal for want of stock', () => {
  type Setting = {
    readonly minutes?: number | null;
    readonly missing?: number;
    readonly others?: readonly Order[];
    readonly pauses?: readonly Pause[];
  };
  const create = ({ minutes = 30, missing = 2, others = [], pauses = [] }: Setting) => {
    const { rows, orders, transitions } = inMemoryOrders(anOrder());
    for (const order of others) rows.set(order.id, order);
    let onRead = () => {};
    const findMany: FindManyOrders = async (_, ids) => {
      const found = ids.flatMap((id) => rows.get(id) ?? []);
      onRead();
      return found;
    };
    const afterRead = (change: () => void) => {
      onRead = change;
    };
    const policies: Policies = {
      find: async () => ({ offlineAfterMinutes: 0, giveWayAfterMinutes: minutes, version: 1 }),
      update: async () => true,
    };
    const stock: StockToGiveWay = {
      shortages: async () => (missing > 0 ? [{ sku: mug, missing }] : []),
      holders: async () =>
        [...others, anOrder({ id: 'gone' as OrderId })].map(({ id }) => ({ orderId: id, held: new Map([[mug, 1]]) })),
    };
    const run = (runNumber = 1) =>
      letOthersGiveWay({ orders, findMany, findPauses: async () => pauses, policies, stock, now: () => momentAt(now) })(
        stepOf(runNumber),
      );
    return { run, rows, transitions, orders, afterRead };
  };
  const others = [offlineSince(1, 5), offlineSince(2, 3), offlineSince(3, 1)];

  it('stands if the policy says so, the order has moved on, or nobody can give way', async () => {
    expect(await create({ minutes: null, others }).run()).toBe('refuse');
    expect(await create({ others }).run(2)).toBe('refuse');
    expect(await create({ others: others.slice(0, 1) }).run()).toBe('refuse');
    expect(await create({ others, pauses: [{ from: addMs(now, -MINUTE), reason: 'incident' }] }).run()).toBe('refuse');
    const { rows, run } = create({ others });
    rows.clear();
    expect(await run()).toBe('refuse');
  });

  it('cancels the oldest unpaid orders instead, and then waits for their units', async () => {
    const { run, rows, transitions } = create({ others });
    expect(await run()).toEqual({ count: 2 });
    expect(transitions.map(([, { id, status, reason }]) => [id, status, reason])).toEqual([
      [idOf(3), 'cancelling', 'gave_way'],
      [idOf(2), 'cancelling', 'gave_way'],
    ]);
    expect(await run()).toEqual({ count: 0 });
    expect(transitions).toHaveLength(2);
    expect(rows.get('o1')).toMatchObject({ status: 'placed', run: 1 });
  });

  it('does not count an order that was paid at the same moment', async () => {
    const { run, rows, afterRead } = create({ others });
    afterRead(() => {
      const paid = rows.get(idOf(3)) as Order;
      rows.set(paid.id, { ...paid, status: 'confirmed', version: paid.version + 1 });
    });
    expect(await run()).toEqual({ count: 1 });
    expect(rows.get(idOf(3))).toMatchObject({ status: 'confirmed' });
  });

  it('becomes another run once the units are available, and only once', async () => {
    const { run, rows, transitions } = create({ missing: 0 });
    expect(await run()).toBe('trying_again');
    expect(rows.get('o1')).toMatchObject({ status: 'placed', run: 2, giveWays: 1 });
    expect(await run()).toBe('refuse');
    expect(transitions).toHaveLength(1);
  });

  it('changes nothing if the order moves on while its units are counted', async () => {
    const { run, rows, orders, transitions } = create({ missing: 0 });
    const { find } = orders;
    let reads = 0;
    Object.assign(orders, {
      find: async (...args: Parameters<typeof find>) => {
        const found = await find(...args);
        reads += 1;
        if (reads === 1) rows.set('o1', { ...anOrder(), status: 'cancelling', version: 2 });
        return found;
      },
    });
    expect(await run()).toBe('trying_again');
    expect(transitions).toEqual([]);
  });
});

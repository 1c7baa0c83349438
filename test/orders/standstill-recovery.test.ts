import FakeTimers from '@sinonjs/fake-timers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Order } from '#orders/domain/order';
import type { DueOrders, Orders } from '#orders/use-cases/ports';
import { sweepOrders } from '#orders/use-cases/sweep-orders';
import { addMs, type OrderId } from '#platform/kernel';
import { anOrder, at, momentAt } from '../fixtures/order.ts';
import { dueEntryOf } from './fixtures/sweep-backend.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const CALL_MS = 10;
const SAGA_MS = 3 * SECOND;
const SWEEP_TIMEOUT_MS = 53 * SECOND;
const COUNT = 500;

type Restart = { readonly id: OrderId; readonly atMs: number; readonly due: string };

/**
 * Orders make no progress until `repairMs`: a run that is started before makes no progress. Sweeps start every minute and each call takes 10 ms.
 * `sick` orders never make progress. Returns every restart, with its time, and the orders three minutes after the repair.
 */
const recover = async ({ repairMs, sick = [] }: { readonly repairMs: number; readonly sick?: readonly OrderId[] }) => {
  const clock = FakeTimers.createClock(0, 10_000_000);
  const delay = (ms: number) => new Promise<void>((resolve) => void clock.setTimeout(() => resolve(), ms));
  const now = () => momentAt(addMs(at, clock.now));
  const rows = new Map<string, Order>();
  // placed within the ten minutes before, so that each is due at the first sweep
  for (let n = 0; n < COUNT; n += 1) {
    const id = `o${n}` as OrderId;
    const placedAt = addMs(at, -10 * MINUTE + n);
    rows.set(id, anOrder({ id, due: addMs(placedAt, 5 * MINUTE), history: [{ at: placedAt, status: 'placed' }] }));
  }
  const restarts: Restart[] = [];
  const runSaga = async ({ id, run }: Order) => {
    await delay(SAGA_MS);
    const order = rows.get(id);
    if (order?.run !== run || order.status !== 'placed') return;
    const { due, ...rest } = order;
    rows.set(id, { ...rest, status: 'confirmed', version: order.version + 1 });
  };
  const orders: Orders = {
    putIfAbsent: async (order) => order,
    async find(_, id) {
      await delay(CALL_MS);
      return rows.get(id);
    },
    async update(from, to) {
      await delay(CALL_MS);
      if (rows.get(from.id)?.version !== from.version) return false;
      rows.set(to.id, to);
      restarts.push({ id: to.id, atMs: clock.now, due: from.due ?? '' });
      if (clock.now >= repairMs && !sick.includes(to.id)) void runSaga(to);
      return true;
    },
  };
  const dueOrders: DueOrders = {
    async findDue(until, { limit, after }) {
      await delay(CALL_MS);
      const sortKey = ({ due, id }: Order) => `${due}#${id}`;
      const entries = [...rows.values()]
        .filter((order) => order.due !== undefined && order.due <= until && sortKey(order) > (after ?? ''))
        .toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
      const page = entries.slice(0, limit);
      const last = page.at(-1);
      const next = last && entries.length > limit ? sortKey(last) : undefined;
      return { entries: page.map(dueEntryOf), next };
    },
    acquireLease: async () => true,
    releaseLease: async () => undefined,
  };
  const sweep = sweepOrders({
    ...{ orders, dueOrders, now, sleep: delay },
    findPauses: async () => [],
    providerIsAvailable: async () => false,
    onFailure: (_, error) => {
      throw error;
    },
  });
  const sweeps: Promise<unknown>[] = [];
  const startSweep = () => {
    const endsAt = clock.now + SWEEP_TIMEOUT_MS;
    sweeps.push(sweep(() => clock.now < endsAt));
  };
  startSweep();
  clock.setInterval(startSweep, MINUTE);
  await clock.tickAsync(repairMs + 3 * MINUTE);
  await clock.tickAsync(SWEEP_TIMEOUT_MS);
  await Promise.all(sweeps);
  return { restarts, rows };
};

const repair = fc.integer({ min: 1, max: 20 * MINUTE });
const before = (restarts: readonly Restart[], ms: number) => restarts.filter(({ atMs }) => atMs < ms);

describe('five hundred orders that make no progress until their cause is repaired', () => {
  it('are brought on: the first within a minute of the repair, then at least a hundred a second, oldest first', () =>
    // Fails if canaries are due later than a minute, if the rest is restarted one by one, or if the next sweep continues instead.
    fc.assert(
      fc.asyncProperty(repair, async (repairMs) => {
        const { restarts, rows } = await recover({ repairMs });
        const after = restarts.filter(({ atMs }) => atMs >= repairMs);
        expect((after[0]?.atMs ?? Number.POSITIVE_INFINITY) - repairMs).toBeLessThanOrEqual(MINUTE);
        expect([...rows.values()].filter(({ status }) => status !== 'confirmed')).toEqual([]);

        // more than five in one second are not canaries
        const others = after.filter(({ atMs }) => after.filter((r) => Math.abs(r.atMs - atMs) < SECOND).length > 10);
        const [first, last] = [others[0]?.atMs ?? 0, others.at(-1)?.atMs ?? 0];
        expect(others.length / Math.max(1, Math.ceil((last - first) / SECOND))).toBeGreaterThanOrEqual(100);
        const inOrder = others.map(({ due }) => due);
        // twenty are restarted at a time
        expect(inOrder.every((due, n) => inOrder.slice(n + 20).every((later) => later >= due))).toBe(true);
      }),
      { numRuns: 15 },
    ));

  it('are left alone while the cause lasts, except for five canaries a minute, which are other ones each time', () =>
    fc.assert(
      fc.asyncProperty(repair, async (repairMs) => {
        const { restarts } = await recover({ repairMs });
        const canaries = before(restarts, repairMs);
        for (let minute = 0; minute * MINUTE < repairMs; minute += 1)
          expect(
            before(canaries, (minute + 1) * MINUTE).length - before(canaries, minute * MINUTE).length,
          ).toBeLessThanOrEqual(5);
        expect(new Set(canaries.map(({ id }) => id)).size).toBe(canaries.length);
      }),
      { numRuns: 10 },
    ));

  it('are brought on although some of them are sick and never make progress', async () => {
    const sick = ['o0', 'o1', 'o2', 'o3', 'o4', 'o5'] as OrderId[];
    const { rows } = await recover({ repairMs: 1, sick });
    expect([...rows.values()].filter(({ status }) => status !== 'confirmed').map(({ id }) => id)).toEqual(sick);
  });
});

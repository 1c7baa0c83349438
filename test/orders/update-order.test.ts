import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Order } from '#orders/domain/order';
import type { Pause } from '#orders/domain/pause';
import { defaultPolicy } from '#orders/domain/policy';
import type { Orders } from '#orders/use-cases/ports';
import { orderActions, recordPayment, sagaStepActions } from '#orders/use-cases/update-order';
import { addMs, ok } from '#platform/kernel';
import { anOfflineOrder, anOrder, at, eur, id, moment, momentAt, stepOf, tenantId } from '../fixtures/order.ts';
import { inMemoryOrders, losingResponses, RESPONSE_LOST } from './fixtures/in-memory-orders.ts';

const byCaller = (orders: Orders) => orderActions(orders, () => moment);
const bySaga = (orders: Orders) => sagaStepActions(orders, () => moment);

const actions = {
  cancel: (orders: Orders) => byCaller(orders).cancel(tenantId, id),
  confirm: (orders: Orders) => bySaga(orders).confirm(stepOf(1)),
  outOfStock: (orders: Orders) => bySaga(orders).cancelAfterRefusal(stepOf(1), 'out_of_stock'),
  declined: (orders: Orders) => bySaga(orders).cancelAfterRefusal(stepOf(1), 'payment_declined'),
  close: (orders: Orders) => bySaga(orders).close(stepOf(2)),
  await: (orders: Orders) => bySaga(orders).awaitPayment(stepOf(1), { ...defaultPolicy, offlineAfterMinutes: 0 }),
  park: (orders: Orders) => bySaga(orders).park(stepOf(2), 'refused'),
  resume: (orders: Orders) => byCaller(orders).resume(tenantId, id),
  pay: async (orders: Orders) => {
    const paid = await pay(orders);
    return paid.ok ? ok(paid.value.value) : paid;
  },
};
const pay = (
  orders: Orders,
  { requestDigest = 'digest', now = at, findPauses = async (): Promise<readonly Pause[]> => [] } = {},
) => {
  const payment = { amount: eur(55_00), reference: 'bank 7', key: 'k1', requestDigest };
  return recordPayment(orders, findPauses, () => momentAt(now))(tenantId, id, payment);
};
const actionName = fc.constantFrom(...(Object.keys(actions) as (keyof typeof actions)[]));

/** The scheduler decides when each call takes effect, as the network does on the way to the table. */
const scheduled = (orders: Orders, s: fc.Scheduler): Orders => ({
  find: (...args) => s.schedule(Promise.resolve()).then(() => orders.find(...args)),
  putIfAbsent: (...args) => s.schedule(Promise.resolve()).then(() => orders.putIfAbsent(...args)),
  update: (...args) => s.schedule(Promise.resolve()).then(() => orders.update(...args)),
});

describe('concurrent actions on one order', () => {
  it('make one chain of transitions, and each success is a state of that chain', () =>
    // Invariant 9. Fails if a lost race counts as success or decides on an outdated order, and if a repeat writes again.
    fc.assert(
      fc.asyncProperty(
        fc.array(actionName, { minLength: 2, maxLength: 6 }),
        fc.scheduler(),
        fc.infiniteStream(fc.integer({ min: 0, max: 4 }).map((n) => n === 0)),
        async (names, s, coin) => {
          const first = anOrder();
          const { rows, transitions, orders } = inMemoryOrders(first);
          const lossy = losingResponses(scheduled(orders, s), () => coin.next().value);
          const results = await s.waitFor(Promise.allSettled(names.map((name) => actions[name](lossy))));

          let last: Order = first;
          for (const [from, to] of transitions) {
            expect(from).toBe(last);
            expect(to.status).not.toBe(from.status);
            last = to;
          }
          expect(rows.get(id)).toBe(last);
          for (const status of ['placed', 'awaiting_payment']) {
            expect(transitions.filter(([from]) => from.status === status).length).toBeLessThanOrEqual(1);
          }

          const states = [first, ...transitions.map(([, to]) => to)];
          for (const result of results) {
            if (result.status === 'rejected') expect(result.reason).toMatchObject({ message: RESPONSE_LOST });
            else if (result.value.ok) expect(states).toContain(result.value.value);
          }
        },
      ),
      { numRuns: 500 },
    ));
});

describe('one action', () => {
  it.each([
    ['cancel', 'placed', 'cancelling'],
    ['confirm', 'placed', 'confirmed'],
    ['outOfStock', 'placed', 'cancelling'],
    ['declined', 'placed', 'cancelling'],
    ['await', 'placed', 'awaiting_payment'],
  ] as const)('%s: changes %s to %s, and a repeat succeeds without a write', async (name, _, status) => {
    const { rows, transitions, orders } = inMemoryOrders(anOrder());
    expect(await actions[name](orders)).toMatchObject({ ok: true, value: { status } });
    expect(await actions[name](orders)).toEqual({ ok: true, value: rows.get(id) });
    expect(transitions).toHaveLength(1);
  });

  it('closes an order that is being unwound', async () => {
    const { transitions, orders } = inMemoryOrders(anOrder({ status: 'cancelling', run: 2, reason: 'out_of_stock' }));
    expect(await actions.close(orders)).toMatchObject({ ok: true, value: { status: 'cancelled' } });
    expect(await actions.close(orders)).toMatchObject({ ok: true });
    expect(transitions).toHaveLength(1);
  });

  it('parks an order that cannot be unwound, and resumes it', async () => {
    const { transitions, orders } = inMemoryOrders(
      anOrder({ status: 'cancelling', run: 2, reason: 'out_of_stock', history: [{ at, status: 'cancelling' }] }),
    );
    expect(await actions.park(orders)).toMatchObject({
      ok: true,
      value: { status: 'needs_attention', cause: 'refused' },
    });
    expect(await actions.resume(orders)).toMatchObject({ ok: true, value: { status: 'cancelling', run: 3 } });
    expect(transitions).toHaveLength(2);
  });

  it('parks a placed order, and resumes it where it was parked', async () => {
    const { orders } = inMemoryOrders(anOrder());
    const parked = { ok: true, value: { status: 'needs_attention', cause: 'too large' } };
    expect(await bySaga(orders).park(stepOf(1), 'too large')).toMatchObject(parked);
    expect(await actions.resume(orders)).toMatchObject({ ok: true, value: { status: 'placed', run: 2 } });
  });

  it('takes a payment after the nominal deadline if a pause extends it, and reads the pauses only then', async () => {
    const offline = anOfflineOrder();
    const now = addMs(offline.deadline as string, 1_000);
    let reads = 0;
    const findPauses = async () => {
      reads += 1;
      return [{ from: addMs(at, 1_000), reason: 'incident' }];
    };
    const inTime = inMemoryOrders(offline);
    expect(await pay(inTime.orders, { findPauses })).toMatchObject({ ok: true });
    expect(reads).toBe(0);
    expect(await pay(inMemoryOrders(offline).orders, { now })).toEqual({ ok: false, error: 'not_awaiting_payment' });
    expect(await pay(inMemoryOrders(offline).orders, { now, findPauses })).toMatchObject({ ok: true });
    expect(reads).toBe(1);
  });

  it('confirms an order that awaits its payment once the payment is recorded', async () => {
    const { transitions, orders } = inMemoryOrders(anOfflineOrder());
    const value = { status: 'confirmed', paid: { key: 'k1' } };
    expect(await pay(orders)).toMatchObject({ ok: true, value: { value, replayed: false } });
    expect(await pay(orders)).toMatchObject({ ok: true, value: { value, replayed: true } });
    expect(await pay(orders, { requestDigest: 'another' })).toEqual({ ok: false, error: 'key_reused' });
    expect(transitions).toHaveLength(1);
  });

  it('refuses an order that does not exist', async () => {
    expect(await actions.cancel(inMemoryOrders().orders)).toEqual({ ok: false, error: 'order_not_found' });
  });

  it('writes nothing when it refuses', async () => {
    const { transitions, orders } = inMemoryOrders(anOrder({ status: 'confirmed' }));
    expect(await actions.cancel(orders)).toEqual({ ok: false, error: 'order_confirmed' });
    expect(transitions).toEqual([]);
  });

  it('throws after five lost races', async () => {
    const { orders } = inMemoryOrders(anOrder());
    await expect(actions.cancel({ ...orders, update: async () => false })).rejects.toThrow('order o1 changed 5 times');
  });
});

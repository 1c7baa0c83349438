import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Order } from '#orders/domain/order';
import { awaitOrderPayment } from '#orders/use-cases/await-payment';
import { cancelOrder } from '#orders/use-cases/cancel-order';
import { closeOrder } from '#orders/use-cases/close-order';
import { confirmOrder } from '#orders/use-cases/confirm-order';
import { parkOrder } from '#orders/use-cases/park-order';
import type { Orders } from '#orders/use-cases/ports';
import { recordPayment } from '#orders/use-cases/record-payment';
import { refuseOrder } from '#orders/use-cases/refuse-order';
import { resumeOrder } from '#orders/use-cases/resume-order';
import { anOrder, atRest, eur, id, stepOf, tenantId, when } from './fixtures/order.ts';
import { LOST, losingAnswers, storedOrders } from './fixtures/stored-orders.ts';

const movers = {
  cancel: (orders: Orders) => cancelOrder(orders, when)(tenantId, id),
  confirm: (orders: Orders) => confirmOrder(orders, when)(stepOf(1)),
  outOfStock: (orders: Orders) => refuseOrder(orders, when)(stepOf(1), 'out_of_stock'),
  declined: (orders: Orders) => refuseOrder(orders, when)(stepOf(1), 'payment_declined'),
  close: (orders: Orders) => closeOrder(orders, when)(stepOf(2)),
  await: (orders: Orders) => awaitOrderPayment(orders, when)(stepOf(1)),
  park: (orders: Orders) => parkOrder(orders, when)(stepOf(2), 'refused'),
  resume: (orders: Orders) => resumeOrder(orders, when)(tenantId, id),
  pay: (orders: Orders) =>
    recordPayment(orders, when)(tenantId, id, { amount: eur(55_00), reference: 'bank 7', key: 'k1' }),
};
const mover = fc.constantFrom(...(Object.keys(movers) as (keyof typeof movers)[]));

/** Every call waits for its turn before it takes effect, as it does on its way to the table. */
const inTurn = (orders: Orders, s: fc.Scheduler): Orders => ({
  find: (...args) => s.schedule(Promise.resolve()).then(() => orders.find(...args)),
  putIfAbsent: (...args) => s.schedule(Promise.resolve()).then(() => orders.putIfAbsent(...args)),
  update: (...args) => s.schedule(Promise.resolve()).then(() => orders.update(...args)),
});

describe('movers at the same time', () => {
  it('make one chain of moves, and each success is a move that stands', () =>
    // Invariant 9. Red when a lost race is taken for success or decided on what was read before it, and when a repeat writes again.
    fc.assert(
      fc.asyncProperty(
        fc.array(mover, { minLength: 2, maxLength: 6 }),
        fc.scheduler(),
        fc.infiniteStream(fc.integer({ min: 0, max: 4 }).map((n) => n === 0)),
        async (names, s, coin) => {
          const first = anOrder();
          const { rows, moves, orders } = storedOrders(first);
          const lossy = losingAnswers(inTurn(orders, s), () => coin.next().value);
          const answers = await s.waitFor(Promise.allSettled(names.map((name) => movers[name](lossy))));

          let last: Order = first;
          for (const [from, to] of moves) {
            expect(from).toBe(last);
            expect(to.status).not.toBe(from.status);
            last = to;
          }
          expect(rows.get(id)).toBe(last);
          for (const status of ['placed', 'awaiting_payment']) {
            expect(moves.filter(([from]) => from.status === status).length).toBeLessThanOrEqual(1);
          }

          const stood = [first, ...moves.map(([, to]) => to)];
          for (const answer of answers) {
            if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ message: LOST });
            else if (answer.value.ok) expect(stood).toContain(answer.value.value);
          }
        },
      ),
      { numRuns: 500 },
    ));
});

describe('one mover', () => {
  it.each([
    ['cancel', 'placed', 'cancelling'],
    ['confirm', 'placed', 'confirmed'],
    ['outOfStock', 'placed', 'cancelling'],
    ['declined', 'placed', 'cancelling'],
    ['await', 'placed', 'awaiting_payment'],
  ] as const)('%s: %s -> %s, and once more without a write', async (name, _, status) => {
    const { rows, moves, orders } = storedOrders(anOrder());
    const moved = await movers[name](orders);
    expect(moved).toMatchObject({ ok: true, value: { status } });
    expect(await movers[name](orders)).toEqual({ ok: true, value: rows.get(id) });
    expect(moves).toHaveLength(1);
  });

  it('closes what is being unwound', async () => {
    const { moves, orders } = storedOrders(anOrder({ status: 'cancelling', run: 2, reason: 'out_of_stock' }));
    expect(await movers.close(orders)).toMatchObject({ ok: true, value: { status: 'cancelled' } });
    expect(await movers.close(orders)).toMatchObject({ ok: true });
    expect(moves).toHaveLength(1);
  });

  it('parks what cannot be unwound, and resumes it', async () => {
    const { moves, orders } = storedOrders(anOrder({ status: 'cancelling', run: 2, reason: 'out_of_stock' }));
    expect(await movers.park(orders)).toMatchObject({
      ok: true,
      value: { status: 'needs_attention', cause: 'refused' },
    });
    expect(await movers.resume(orders)).toMatchObject({ ok: true, value: { status: 'cancelling', run: 3 } });
    expect(moves).toHaveLength(2);
  });

  it('confirms what waits for its payment once that has come', async () => {
    const { moves, orders } = storedOrders(atRest({ status: 'awaiting_payment' }));
    expect(await movers.pay(orders)).toMatchObject({ ok: true, value: { status: 'confirmed', paid: { key: 'k1' } } });
    expect(await movers.pay(orders)).toMatchObject({ ok: true });
    expect(moves).toHaveLength(1);
  });

  it('says that there is no such order', async () => {
    expect(await movers.cancel(storedOrders().orders)).toEqual({ ok: false, error: 'order_not_found' });
  });

  it('writes nothing where it decides against it', async () => {
    const { moves, orders } = storedOrders(anOrder({ status: 'confirmed' }));
    expect(await movers.cancel(orders)).toEqual({ ok: false, error: 'order_confirmed' });
    expect(moves).toEqual([]);
  });

  it('takes a race that it never wins for a fault', async () => {
    const { orders } = storedOrders(anOrder());
    await expect(movers.cancel({ ...orders, update: async () => false })).rejects.toThrow('order o1 changed 5 times');
  });
});

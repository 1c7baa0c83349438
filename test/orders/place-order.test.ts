import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_TOTAL_MINOR } from '#orders/domain/customer';
import { type Command, placeOrder } from '#orders/use-cases/place-order';
import type { Prices } from '#orders/use-cases/ports';
import type { Money } from '#platform/kernel';
import { aCommand, anOrder, eur, id, when } from './fixtures/order.ts';
import { losingAnswers, storedOrders } from './fixtures/stored-orders.ts';

const selling =
  (list: Readonly<Record<string, Money>>): Prices =>
  async (_, skus) =>
    new Map(skus.flatMap((sku) => (list[sku] ? [[sku, list[sku]]] : [])));
const prices = selling({ mug: eur(12_50), pot: eur(30_00) });

describe('one order for a key', () => {
  const line = fc.record({ sku: fc.constantFrom('mug', 'pot', 'cup'), quantity: fc.integer({ min: 1, max: 9 }) });
  const command = fc
    .record({
      lines: fc.uniqueArray(line, { minLength: 1, selector: ({ sku }) => sku }),
      customer: fc.record({ email: fc.emailAddress() }),
      payment: fc.record({ token: fc.string({ minLength: 1 }) }),
    })
    .map((body): Command => aCommand(body));
  const list = fc.dictionary(fc.constantFrom('mug', 'pot', 'cup'), fc.integer({ min: 1, max: 999 }).map(eur), {
    noNullPrototype: true,
  });

  it('is made once, at its first price, however often it is asked for and answers are lost', () =>
    // Invariant 4. Red when what stands is not answered with, or when a refusal is given without a look at it.
    fc.assert(
      fc.asyncProperty(
        command,
        fc.array(list, { minLength: 1, maxLength: 5 }),
        fc.infiniteStream(fc.boolean()),
        async (asked, lists, coin) => {
          const { rows, orders } = storedOrders();
          let first: unknown;
          for (const today of lists) {
            const place = placeOrder(
              losingAnswers(orders, () => coin.next().value === true),
              selling(today),
              when,
            );
            const answered = await place(asked).catch(() => 'lost' as const);
            const standing = rows.get(id);
            first ??= standing;
            expect(standing).toBe(first);
            if (answered === 'lost') continue;
            expect(answered).toEqual(standing ? { ok: true, value: standing } : { ok: false, error: 'unknown_sku' });
          }
        },
      ),
      { numRuns: 500 },
    ));

  it('is made once of many that ask at the same time', () =>
    // Invariant 4. Red when a read decides whether to put, and what the put met is not answered with.
    fc.assert(
      fc.asyncProperty(command, fc.scheduler(), async (asked, s) => {
        const { rows, orders } = storedOrders();
        const put = s.scheduleFunction(async () => {});
        const slow = {
          ...orders,
          putIfAbsent: async (order: Parameters<typeof orders.putIfAbsent>[0]) => {
            await put();
            return orders.putIfAbsent(order);
          },
        };
        const place = placeOrder(slow, selling({ mug: eur(1), pot: eur(2), cup: eur(3) }), when);
        const answers = await s.waitFor(Promise.all([1, 2, 3, 4].map(() => place(asked))));
        for (const answer of answers) expect(answer.ok && answer.value).toBe(rows.get(id));
      }),
    ));

  const change = fc.constantFrom<(body: Command) => Command>(
    (body) => ({ ...body, customer: { email: `x${body.customer.email}` } }),
    (body) => ({ ...body, payment: { token: `${body.payment.token}x` } }),
    (body) => ({ ...body, lines: body.lines.map((line) => ({ ...line, quantity: line.quantity + 1 })) }),
    (body) => ({ ...body, lines: body.lines.map((line) => ({ ...line, sku: `${line.sku}-x` })) }),
  );

  it('refuses a body that differs in one thing, and leaves the order as it was', () =>
    // Red when the digest leaves out the SKUs, the quantities, the customer or the token.
    fc.assert(
      fc.asyncProperty(command, change, async (first, changed) => {
        const { rows, orders } = storedOrders();
        const place = placeOrder(orders, selling({ mug: eur(1), pot: eur(2), cup: eur(3) }), when);
        await place(first);
        const before = structuredClone([...rows]);
        expect(await place(changed(first))).toEqual({ ok: false, error: 'key_reused' });
        expect([...rows]).toEqual(before);
      }),
    ));
});

describe('what is refused', () => {
  const mug = { sku: 'mug', quantity: 1 };
  it.each<[string, Partial<Command>, Prices]>([
    ['unknown_sku', { lines: [mug, { sku: 'hat', quantity: 1 }] }, prices],
    ['duplicate_sku', { lines: [mug, mug] }, prices],
    ['mixed_currencies', {}, selling({ mug: eur(1), pot: { amount: 1, currency: 'USD' } })],
    ['total_too_large', {}, selling({ mug: eur(1), pot: eur(MAX_TOTAL_MINOR) })],
  ])('%s; but a replay of what stands is none', async (error, body, today) => {
    const { rows, orders } = storedOrders();
    expect(await placeOrder(orders, today, when)(aCommand(body))).toEqual({ ok: false, error });
    expect(rows.size).toBe(0);

    await placeOrder(orders, prices, when)(aCommand());
    const replayed = await placeOrder(orders, today, when)(aCommand());
    expect(replayed).toEqual({ ok: true, value: rows.get(id) });
    expect(await placeOrder(orders, today, when)(aCommand({ ...body, payment: { token: 'other' } }))).toEqual({
      ok: false,
      error: 'key_reused',
    });
  });

  it('answers a replay with the order as it stands now', async () => {
    const { rows, orders } = storedOrders();
    await placeOrder(orders, prices, when)(aCommand());
    const ended = anOrder({ ...rows.get(id), status: 'confirmed', version: 2 });
    rows.set(id, ended);
    expect(await placeOrder(orders, prices, when)(aCommand())).toEqual({ ok: true, value: ended });
  });
});

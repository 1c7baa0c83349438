import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_VERDICT } from '#orders/domain/open-orders';
import { type Command, placeOrder, type Refusal } from '#orders/use-cases/place-order';
import type { Prices } from '#orders/use-cases/ports';
import { digestOf } from '#platform/http/idempotency';
import { addMs, type Money, type Sku, type TenantId } from '#platform/kernel';
import { aCommand, anOrder, eur, id, moment, mug, tenantId } from '../fixtures/order.ts';
import { inMemoryOrders, losingResponses } from './fixtures/in-memory-orders.ts';

/** No tenant has too many open orders. */
const ports = { now: () => moment, checkOpenOrders: async () => NO_VERDICT };
const pricesFrom =
  (list: Readonly<Record<string, Money>>): Prices =>
  async (_, skus) =>
    new Map(skus.flatMap((sku) => (list[sku] ? [[sku, list[sku]]] : [])));
const prices = pricesFrom({ mug: eur(12_50), pot: eur(30_00) });

describe('one order per key', () => {
  const skus = ['mug', 'pot', 'cup'] as Sku[];
  const line = fc.record({ sku: fc.constantFrom(...skus), quantity: fc.integer({ min: 1, max: 9 }) });
  const command = fc
    .record({
      lines: fc.uniqueArray(line, { minLength: 1, selector: ({ sku }) => sku }),
      customer: fc.record({ email: fc.emailAddress() }),
      payment: fc.record({ token: fc.string({ minLength: 1 }) }),
    })
    .map((body): Command => aCommand({ ...body, requestDigest: digestOf({ params: {}, body }) }));
  const priceList = fc.dictionary(fc.constantFrom(...skus), fc.integer({ min: 1, max: 999 }).map(eur), {
    noNullPrototype: true,
  });

  it('is created once, at its first price, for any number of requests and lost responses', () =>
    // Invariant 4. Fails if a repeat does not return the existing order, or if it is refused before the order is read.
    fc.assert(
      fc.asyncProperty(
        command,
        fc.array(priceList, { minLength: 1, maxLength: 5 }),
        fc.infiniteStream(fc.boolean()),
        async (command, lists, coin) => {
          const { rows, orders } = inMemoryOrders();
          let first: unknown;
          for (const prices of lists) {
            const place = placeOrder({
              ...ports,
              orders: losingResponses(orders, () => coin.next().value === true),
              prices: pricesFrom(prices),
            });
            const existed = rows.has(id);
            const response = await place(command).catch(() => 'lost' as const);
            const stored = rows.get(id);
            first ??= stored;
            expect(stored).toBe(first);
            if (response === 'lost') continue;
            const value = { value: stored, replayed: existed };
            expect(response).toEqual(stored ? { ok: true, value } : { ok: false, error: 'unknown_sku' });
          }
        },
      ),
      { numRuns: 500 },
    ));

  it('is created once by concurrent requests', () =>
    // Invariant 4. Fails if a read decides whether to put, or if the existing order of a failed put is not returned.
    fc.assert(
      fc.asyncProperty(command, fc.scheduler(), async (command, s) => {
        const { rows, orders } = inMemoryOrders();
        const put = s.scheduleFunction(async () => {});
        const slow = {
          ...orders,
          putIfAbsent: async (order: Parameters<typeof orders.putIfAbsent>[0]) => {
            await put();
            return orders.putIfAbsent(order);
          },
        };
        const place = placeOrder({
          ...ports,
          orders: slow,
          prices: pricesFrom({ mug: eur(1), pot: eur(2), cup: eur(3) }),
        });
        const results = await s.waitFor(Promise.all([1, 2, 3, 4].map(() => place(command))));
        for (const result of results) expect(result.ok && result.value.value).toBe(rows.get(id));
        expect(results.filter((result) => result.ok && !result.value.replayed)).toHaveLength(1);
      }),
    ));

  const change = fc.constantFrom<(body: Command) => Command>(
    (body) => ({ ...body, customer: { email: `x${body.customer.email}` } }),
    (body) => ({ ...body, payment: { token: `${body.payment.token}x` } }),
    (body) => ({ ...body, lines: body.lines.map((line) => ({ ...line, quantity: line.quantity + 1 })) }),
    (body) => ({ ...body, lines: body.lines.map((line) => ({ ...line, sku: `${line.sku}-x` as Sku })) }),
  );

  it('refuses a body that differs in one field, and does not change the order', () =>
    // Fails if the digest of the request is not compared.
    fc.assert(
      fc.asyncProperty(command, change, async (first, changed) => {
        const { rows, orders } = inMemoryOrders();
        const place = placeOrder({ ...ports, orders, prices: pricesFrom({ mug: eur(1), pot: eur(2), cup: eur(3) }) });
        await place(first);
        const before = structuredClone([...rows]);
        const { tenantId: _, id: __, requestDigest: ___, ...body } = changed(first);
        const second = { ...changed(first), requestDigest: digestOf({ params: {}, body }) };
        expect(await place(second)).toEqual({ ok: false, error: 'key_reused' });
        expect([...rows]).toEqual(before);
      }),
    ));
});

describe('placing an order', () => {
  const oneMug = { sku: mug, quantity: 1 };
  it.each<[Refusal, Partial<Command>, Prices]>([
    ['unknown_sku', { lines: [oneMug, { sku: 'hat' as Sku, quantity: 1 }] }, prices],
    ['duplicate_sku', { lines: [oneMug, oneMug] }, prices],
    ['mixed_currencies', {}, pricesFrom({ mug: eur(1), pot: { amount: 1, currency: 'USD' } })],
    [
      'withdrawn_currency',
      {},
      pricesFrom({ mug: { amount: 1, currency: 'BGN' }, pot: { amount: 1, currency: 'BGN' } }),
    ],
    [{ refusal: 'total_too_large', limit: eur(100_000_00) }, {}, pricesFrom({ mug: eur(1), pot: eur(100_000_00) })],
  ])(
    'is refused with %j and stores nothing, but a replay of an existing order succeeds',
    async (error, body, currentPrices) => {
      const { rows, orders } = inMemoryOrders();
      expect(await placeOrder({ ...ports, orders, prices: currentPrices })(aCommand(body))).toEqual({
        ok: false,
        error,
      });
      expect(rows.size).toBe(0);

      await placeOrder({ ...ports, orders, prices })(aCommand());
      const replayed = await placeOrder({ ...ports, orders, prices: currentPrices })(aCommand());
      expect(replayed).toEqual({ ok: true, value: { value: rows.get(id), replayed: true } });
      expect(
        await placeOrder({ ...ports, orders, prices: currentPrices })(aCommand({ ...body, requestDigest: 'another' })),
      ).toEqual({
        ok: false,
        error: 'key_reused',
      });
    },
  );

  it('is refused with too_many_open_orders after every other refusal, but a replay of an existing order succeeds', async () => {
    const { rows, orders } = inMemoryOrders();
    const tooMany = { tenants: [tenantId], validUntil: addMs(moment.at, 1) };
    const limited = { ...ports, orders, prices, checkOpenOrders: async () => tooMany };
    expect(await placeOrder(limited)(aCommand())).toEqual({ ok: false, error: 'too_many_open_orders' });
    const unknown = aCommand({ lines: [{ sku: 'hat' as Sku, quantity: 1 }] });
    expect(await placeOrder(limited)(unknown)).toEqual({ ok: false, error: 'unknown_sku' });
    expect(rows.size).toBe(0);
    const other = aCommand({ tenantId: 't2' as TenantId });
    expect(await placeOrder(limited)(other)).toMatchObject({ ok: true, value: { replayed: false } });
    rows.clear();

    await placeOrder({ ...ports, orders, prices })(aCommand());
    expect(await placeOrder(limited)(aCommand())).toEqual({
      ok: true,
      value: { value: rows.get(id), replayed: true },
    });
  });

  it('reads the verdict on open orders beside the prices, not before them', async () => {
    const { orders } = inMemoryOrders();
    const steps: string[] = [];
    const place = placeOrder({
      ...ports,
      orders,
      prices: (...call) => {
        steps.push('prices');
        return prices(...call);
      },
      checkOpenOrders: async () => {
        await nextTurn();
        steps.push('verdict read');
        return NO_VERDICT;
      },
    });
    expect((await place(aCommand())).ok).toBe(true);
    expect(steps).toEqual(['prices', 'verdict read']);
  });

  it('again returns the order in its current state', async () => {
    const { rows, orders } = inMemoryOrders();
    expect(await placeOrder({ ...ports, orders, prices })(aCommand())).toMatchObject({
      ok: true,
      value: { replayed: false },
    });
    const confirmed = anOrder({ ...rows.get(id), status: 'confirmed', version: 2 });
    rows.set(id, confirmed);
    expect(await placeOrder({ ...ports, orders, prices })(aCommand())).toEqual({
      ok: true,
      value: { value: confirmed, replayed: true },
    });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allowanceTable } from '#notifications/table/allowance-table';
import type { OrderId, TenantId } from '#platform/kernel';
import { createTestTable } from '../fixtures/table.ts';

const MAX = 20;
const MORNING = '2026-11-26T08:00:00.000Z';
const createMail = (order: number | string, change: object = {}) => ({
  notice: { tenantId: 't1' as TenantId, orderId: `o${order}` as OrderId, kind: 'confirmed' as const },
  ...{ mailbox: 'ada@example.com', at: MORNING },
  ...change,
});
const createAllowances = () => {
  const table = createTestTable();
  return { ...table, take: allowanceTable(table.rt).take };
};
const countTaken = async (results: readonly Promise<boolean>[]) => (await Promise.all(results)).filter(Boolean).length;

describe('the allowance of a mailbox', () => {
  it('is 20 mails of a tenant on a day, also if 50 are sent at once', async () => {
    const { take } = createAllowances();
    expect(await countTaken(Array.from({ length: 50 }, (_, n) => take(createMail(n))))).toBe(MAX);
    expect(await take(createMail(99))).toBe(false);
  });

  it('is taken once by a mail that is delivered again, also once it is used up', async () => {
    const { take } = createAllowances();
    for (let n = 0; n < MAX; n += 1) await take(createMail(0));
    expect(await countTaken(Array.from({ length: MAX }, (_, n) => take(createMail(n))))).toBe(MAX);
    expect([await take(createMail(0)), await take(createMail(MAX))]).toEqual([true, false]);
  });

  it.each([
    ['another tenant', { notice: { ...createMail(99).notice, tenantId: 't2' as TenantId } }],
    ['another mailbox', { mailbox: 'eve@example.com' }],
    ['another day', { at: '2026-11-27T00:00:00.000Z' }],
  ])('is separate for %s', async (_, change) => {
    const { take } = createAllowances();
    for (let n = 0; n < MAX; n += 1) await take(createMail(n));
    expect([await take(createMail(99)), await take(createMail(99, change))]).toEqual([false, true]);
  });

  it('tells each kind of mail of an order apart', async () => {
    const { take } = createAllowances();
    for (let n = 1; n < MAX; n += 1) await take(createMail(n));
    const cancelled = createMail(1, { notice: { ...createMail(1).notice, kind: 'cancelled' } });
    expect([await take(cancelled), await take(createMail(99))]).toEqual([true, false]);
  });

  // Fails if the bound is checked apart from the write, or if a repeat takes another place.
  it('is never exceeded, and lost only to other mails, for any mails in any order', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 40 }), { maxLength: 80 }), async (orders) => {
        const { take } = createAllowances();
        const results = await Promise.all(orders.map(async (n) => ({ n, taken: await take(createMail(n)) })));
        const taken = new Set(results.filter((result) => result.taken).map(({ n }) => n));
        expect(taken.size).toBe(Math.min(MAX, new Set(orders).size));
        for (const { n, taken: isTaken } of results) expect(isTaken).toBe(taken.has(n));
      }),
      { numRuns: 20 },
    ));

  it('costs one call and one write unit, full or not', async () => {
    const { take, calls } = createAllowances();
    for (let n = 0; n < MAX + 2; n += 1) await take(createMail(`${n}${'x'.repeat(60)}`));
    expect(calls.map(({ operation, units }) => [operation, units.write])).toEqual(
      Array.from({ length: MAX + 2 }, () => ['UpdateItem', 1]),
    );
  });

  it('is an item that expires and does not tell whose mailbox it is', async () => {
    const { take, records } = createAllowances();
    await take(createMail('one'));
    const [{ dynamodb }] = records as [(typeof records)[number]];
    const text = JSON.stringify(dynamodb);
    expect(text).toContain('notifications#t1#allowance#2026-11-26.');
    for (const secret of ['ada', 'example', 'oone', 'confirmed']) expect(text).not.toContain(secret);
    expect(dynamodb.NewImage?.['ttl']).toEqual({ N: String(Date.parse('2026-11-28') / 1_000) });
  });

  it('has another key for the same mailbox of another tenant, and under another secret', async () => {
    const keyOf = async (tenantId: string, secret: string) => {
      const { rt, records } = createTestTable({ secrets: { 'mailbox-digest-key': secret } });
      await allowanceTable(rt).take(createMail(1, { notice: { ...createMail(1).notice, tenantId } }));
      return String(records[0]?.dynamodb.Keys?.['pk']?.S).split('.').at(-1);
    };
    const digests = [await keyOf('t1', 'a'), await keyOf('t2', 'a'), await keyOf('t1', 'b')];
    expect(new Set(digests).size).toBe(3);
    expect(await keyOf('t1', 'a')).toBe(digests[0]);
  });

  it('is a fault if the table fails otherwise', async () => {
    const { rt } = createTestTable({
      intercept: () => async () => {
        throw new Error('no table');
      },
    });
    await expect(allowanceTable(rt).take(createMail(1))).rejects.toThrow();
  });
});

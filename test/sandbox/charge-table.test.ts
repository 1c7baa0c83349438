import { expect, it } from 'vitest';
import { createCharge, refund, voidedCharge } from '#sandbox/domain/charge';
import { chargeTable } from '#sandbox/table/charge-table';
import { chargeKey } from '#sandbox/table/keys';
import { watchedTable } from '../platform/fixtures/watched-table.ts';

const key = 't1.o1';
const captured = createCharge({ key, amount: 55_00, currency: 'EUR' }, 'captured');
const stored = async () => {
  const made = watchedTable();
  const charges = chargeTable(made.rt);
  expect(await charges.putIfAbsent(captured)).toBe(captured);
  return { ...made, charges };
};

it('keeps a charge under its tenant', async () => {
  const { charges, itemAt, calls } = await stored();
  expect(calls.at(-1)?.units.write).toBe(1);
  expect(await itemAt(chargeKey(key))).toEqual({ pk: 'sandbox#t1#charge#t1.o1', sk: 'charge', ...captured });
  expect(await charges.find(key)).toEqual(captured);
  expect(await charges.find('t1.o2')).toBeUndefined();
});

it('meets what stands', async () => {
  const { charges } = await stored();
  expect(await charges.putIfAbsent(voidedCharge(key))).toEqual(captured);
  expect(await charges.find(key)).toEqual(captured);
});

it('moves from what stands alone', async () => {
  const { charges } = await stored();
  const half = refund(captured, 'r', 5_00);
  if (!half.ok) throw new Error(half.error);
  expect(await charges.update(captured, half.value)).toBe(true);
  expect(await charges.update(captured, { ...captured, refunded: 1, refunds: ['s'] })).toBe(false);
  expect(await charges.find(key)).toEqual(half.value);
});

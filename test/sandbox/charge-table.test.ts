import { expect, it } from 'vitest';
import { createCharge, refund, voidedCharge } from '#sandbox/domain/charge';
import { chargeTable } from '#sandbox/table/charge-table';
import { chargeKey } from '#sandbox/table/keys';
import { createTestTable } from '../fixtures/table.ts';

const key = 't1.o1';
const captured = createCharge({ key, amount: 55_00, currency: 'EUR' }, 'captured');
const storedCharge = async () => {
  const table = createTestTable();
  const charges = chargeTable(table.rt);
  expect(await charges.putIfAbsent(captured)).toBe(captured);
  return { ...table, charges };
};

it('stores a charge under its tenant', async () => {
  const { charges, itemAt, calls } = await storedCharge();
  expect(calls.at(-1)?.units.write).toBe(1);
  expect(await itemAt(chargeKey(key))).toEqual({ pk: 'sandbox#t1#charge#t1.o1', sk: 'charge', ...captured });
  expect(await charges.find(key)).toEqual(captured);
  expect(await charges.find('t1.o2')).toBeUndefined();
});

it('returns the existing charge instead of storing another', async () => {
  const { charges } = await storedCharge();
  expect(await charges.putIfAbsent(voidedCharge(key))).toEqual(captured);
  expect(await charges.find(key)).toEqual(captured);
});

it('updates only the stored charge', async () => {
  const { charges } = await storedCharge();
  const refunded = refund(captured, 'r', 5_00);
  if (!refunded.ok) throw new Error(refunded.error);
  expect(await charges.update(captured, refunded.value)).toBe(true);
  expect(await charges.update(captured, { ...captured, refunded: 1, refunds: ['s'] })).toBe(false);
  expect(await charges.find(key)).toEqual(refunded.value);
});

import { expect, it, test } from 'vitest';
import { openHold, releaseHold } from '#inventory/domain/hold';
import { holdTable } from '#inventory/table/hold-table';
import { holdKey } from '#inventory/table/keys';
import { heldBySku } from '#inventory/table/open-holds';
import type { OrderId, Sku } from '#platform/kernel';
import { allNastyNames } from '../fixtures/nasty-names.ts';
import { mug, putStock, tenantId } from '../fixtures/stock.ts';
import { createTestTable } from '../fixtures/table.ts';

const createHolds = async (skus: readonly Sku[]) => {
  const table = createTestTable();
  for (const sku of skus) await putStock(table.rt, { sku, available: [5] });
  return { ...table, holds: holdTable(table.rt), held: heldBySku(table.rt) };
};

it.each(allNastyNames)('holds, counts and releases the SKU %s like any other', async (name) => {
  const sku = name as Sku;
  const orderId = 'o1' as OrderId;
  const { holds, held } = await createHolds([sku, ...(sku === mug ? [] : [mug])]);
  const hold = openHold({ tenantId, orderId }, [{ sku, shard: 0, quantity: 2 }]);
  const other = openHold({ tenantId, orderId: 'o2' as OrderId }, [{ sku: mug, shard: 0, quantity: 1 }]);
  expect(await holds.put(hold)).toBe('done');
  expect(await holds.put(other)).toBe('done');
  expect((await held(tenantId))?.get(sku)).toBe(sku === mug ? 3 : 2);
  expect(await holds.find(tenantId, orderId)).toEqual(hold);
  const released = releaseHold(hold);
  expect(released.ok && (await holds.update(hold, released.value))).toBe('done');
  expect((await held(tenantId))?.get(sku)).toBe(sku === mug ? 1 : undefined);
});

test('no attribute of a hold is named by its SKUs', async () => {
  const { holds, itemAt } = await createHolds([mug]);
  const orderId = 'o1' as OrderId;
  await holds.put(openHold({ tenantId, orderId }, [{ sku: mug, shard: 0, quantity: 1 }]));
  const namesIn = (value: unknown): string[] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([name, inner]) => [...(Array.isArray(value) ? [] : [name]), ...namesIn(inner)])
      : [];
  expect(namesIn(await itemAt(holdKey(tenantId, orderId)))).not.toContain(mug);
});

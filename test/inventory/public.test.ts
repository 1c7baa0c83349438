import { expect, it } from 'vitest';
import { openHold } from '#inventory/domain/hold';
import { openHolders, stockShortages } from '#inventory/public';
import { holdTable } from '#inventory/table/hold-table';
import type { OrderId, Sku } from '#platform/kernel';
import { mug, putStock, tenantId } from '../fixtures/stock.ts';
import { createTestTable } from '../fixtures/table.ts';

const pot = 'pot' as Sku;
const lid = 'lid' as Sku;
const idOf = (n: number) => `o${n}` as OrderId;

it('says how many units of each line are not available, over all shards, and nothing of lines with enough', async () => {
  const { rt } = createTestTable();
  await putStock(rt, { sku: mug, available: [2, 0, 1] });
  await putStock(rt, { sku: pot, available: [5] });
  const shortages = await stockShortages(rt)(tenantId, [
    { sku: mug, quantity: 5 },
    { sku: pot, quantity: 5 },
    { sku: lid, quantity: 2 },
  ]);
  expect(shortages).toEqual([
    { sku: mug, missing: 2 },
    { sku: lid, missing: 2 },
  ]);
});

it('finds the orders whose open holds have units of a SKU, each once, with all of its units', async () => {
  const { rt } = createTestTable();
  await putStock(rt, { sku: mug, available: [9] });
  await putStock(rt, { sku: pot, available: [9] });
  const holds = holdTable(rt);
  const hold = (n: number, ...units: readonly (readonly [Sku, number])[]) =>
    holds.put(
      openHold(
        { tenantId, orderId: idOf(n) },
        units.map(([sku, quantity]) => ({ sku, shard: 0, quantity })),
      ),
    );
  await hold(1, [mug, 2], [pot, 1]);
  await hold(2, [pot, 3]);
  await hold(3, [mug, 1]);
  const released = await holds.find(tenantId, idOf(3));
  if (released) await holds.update(released, { ...released, state: 'released', version: 2 });
  expect(await openHolders(rt)(tenantId, [mug, pot])).toEqual([
    {
      orderId: idOf(1),
      held: new Map([
        [mug, 2],
        [pot, 1],
      ]),
    },
    { orderId: idOf(2), held: new Map([[pot, 3]]) },
  ]);
  expect(await openHolders(rt)(tenantId, [lid])).toEqual([]);
});

it('finds at most 500 holders of a SKU', async () => {
  const { rt } = createTestTable();
  await putStock(rt, { sku: mug, available: [2_000] });
  const holds = holdTable(rt);
  for (let n = 0; n < 520; n += 1)
    await holds.put(openHold({ tenantId, orderId: idOf(n) }, [{ sku: mug, shard: 0, quantity: 1 }]));
  expect(await openHolders(rt)(tenantId, [mug])).toHaveLength(500);
});

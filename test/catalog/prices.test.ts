import { expect, it } from 'vitest';
import { catalogPrices } from '#catalog/public';
import { productTable } from '#catalog/table/product-table';
import { Throttled } from '#platform/errors';
import type { Sku, TenantId } from '#platform/kernel';
import type { Service } from '../../embedded/aws/service.ts';
import { tableWorld } from '../platform/fixtures/table.ts';
import { TABLE_NAME } from '../platform/fixtures/world.ts';

const [ACME, OTHER] = ['acme' as TenantId, 'other' as TenantId];
const [MUG, SHIRT, NONE] = ['mug' as Sku, 'shirt' as Sku, 'none' as Sku];

const filled = async (change?: (table: Service) => Service) => {
  const all = tableWorld(change);
  const put = (tenantId: TenantId, sku: Sku, amount: number) =>
    productTable(all.rt).save({
      tenantId,
      sku,
      name: 'N',
      price: { amount, currency: 'EUR' },
      version: 1,
      updatedAt: '',
    });
  await put(ACME, MUG, 100);
  await put(ACME, SHIRT, 200);
  await put(OTHER, MUG, 300);
  all.calls.length = 0;
  return all;
};

it("tells the prices of a tenant's own products in one strong read, however often they are asked for", async () => {
  const asked: unknown[] = [];
  const { rt, operations } = await filled((table) => ({
    ...table,
    operations: {
      ...table.operations,
      BatchGetItem: (input, caller) => {
        asked.push(input.RequestItems[TABLE_NAME].ConsistentRead);
        return table.operations['BatchGetItem']?.(input, caller);
      },
    },
  }));
  const prices = await catalogPrices(rt)(ACME, [MUG, SHIRT, MUG, NONE]);
  expect([...prices].sort()).toEqual([
    [MUG, { amount: 100, currency: 'EUR' }],
    [SHIRT, { amount: 200, currency: 'EUR' }],
  ]);
  expect([operations(), asked]).toEqual([['BatchGetItem'], [true]]);
});

it('is in error rather than take an unread product for one that does not exist', async () => {
  const { rt } = await filled((table) => ({
    ...table,
    operations: {
      ...table.operations,
      BatchGetItem: ({ RequestItems }) => ({ Responses: { [TABLE_NAME]: [] }, UnprocessedKeys: RequestItems }),
    },
  }));
  await expect(catalogPrices(rt)(ACME, [MUG])).rejects.toThrow(Throttled);
});

import { expect, it } from 'vitest';
import { catalogPrices } from '#catalog/public';
import { productTable } from '#catalog/table/product-table';
import type { Sku, TenantId } from '#platform/kernel';
import { Throttled } from '#platform/table/throttled';
import type { Operation } from '../../embedded/aws/service.ts';
import { TABLE_NAME } from '../fixtures/runtime.ts';
import { createTestTable } from '../fixtures/table.ts';

const [ACME, OTHER] = ['acme' as TenantId, 'other' as TenantId];
const [MUG, SHIRT, MISSING] = ['mug' as Sku, 'shirt' as Sku, 'missing' as Sku];

const filledTable = async (batchGet: (operation: Operation) => Operation) => {
  const intercept = (operation: Operation, name: string) => (name === 'BatchGetItem' ? batchGet(operation) : operation);
  const table = createTestTable({ intercept });
  const put = (tenantId: TenantId, sku: Sku, amount: number) =>
    productTable(table.rt).update(undefined, {
      tenantId,
      sku,
      name: 'N',
      price: { amount, currency: 'EUR' },
      version: 1,
      updatedAt: '2026-11-01T00:00:00.000Z',
    });
  await put(ACME, MUG, 100);
  await put(ACME, SHIRT, 200);
  await put(OTHER, MUG, 300);
  table.calls.length = 0;
  return table;
};

it("returns the prices of a tenant's own products in one strong read, each SKU once", async () => {
  const consistentReads: unknown[] = [];
  const { rt, operations } = await filledTable((operation) => (input, caller) => {
    consistentReads.push(input.RequestItems[TABLE_NAME].ConsistentRead);
    return operation(input, caller);
  });
  const prices = await catalogPrices(rt)(ACME, [MUG, SHIRT, MUG, MISSING]);
  expect([...prices].sort()).toEqual([
    [MUG, { amount: 100, currency: 'EUR' }],
    [SHIRT, { amount: 200, currency: 'EUR' }],
  ]);
  expect([operations(), consistentReads]).toEqual([['BatchGetItem'], [true]]);
});

it('fails rather than report that an unread product does not exist', async () => {
  const { rt } = await filledTable(() => ({ RequestItems }) => ({
    Responses: { [TABLE_NAME]: [] },
    UnprocessedKeys: RequestItems,
  }));
  await expect(catalogPrices(rt)(ACME, [MUG])).rejects.toThrow(Throttled);
});

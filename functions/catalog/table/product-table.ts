import * as z from 'zod/mini';
import { ProductChanged } from '#catalog/contract';
import type { Product } from '#catalog/domain/product';
import { productKey, productList } from '#catalog/table/keys';
import type { Products } from '#catalog/use-cases/put-product';
import type { Runtime } from '#platform/runtime/runtime';
import { IntegerSchema, MoneySchema, SkuSchema, StringSchema, TenantIdSchema } from '#platform/schemas';
import { aggregateTable } from '#platform/table/aggregate-table';
import type { Item } from '#platform/table/batch-get';
import { mintEvent } from '#platform/table/outbox';
import { parseItem } from '#platform/table/parse-item';

export const productTable = (rt: Runtime<'db'>): Products => {
  const table = aggregateTable<Product, Pick<Product, 'tenantId' | 'sku'>>(rt, {
    keyOf: ({ tenantId, sku }) => productKey(tenantId, sku),
    toItem: ({ version: _, ...product }) => ({
      ...productKey(product.tenantId, product.sku),
      listPk: productList(product.tenantId),
      listSk: product.sku,
      ...product,
    }),
    schema: ProductItem,
    toEvents: (_, { tenantId, sku, name, price, version }) => [
      mintEvent(rt, ProductChanged.type, { tenantId, aggregateId: sku, version, data: { name, price } }),
    ],
  });
  return { ...table, find: (tenantId, sku) => table.find({ tenantId, sku }) };
};

const ProductItem = z.pipe(
  z.object({
    tenantId: TenantIdSchema,
    sku: SkuSchema,
    name: StringSchema,
    price: MoneySchema,
    updatedAt: StringSchema,
    v: IntegerSchema,
  }),
  z.transform(({ v, ...product }): Product => ({ ...product, version: v })),
);

export const toProduct = (item: Item): Product => parseItem(ProductItem, item);

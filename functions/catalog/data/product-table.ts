import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Products } from '#catalog/app/put-product';
import { ProductChanged } from '#catalog/contract';
import { productKey, productList } from '#catalog/data/keys';
import type { Product } from '#catalog/domain/product';
import { putIf } from '#shared/put';
import type { Runtime } from '#shared/runtime';
import { mint, written } from '#shared/write';

export const productTable = (rt: Runtime<'db'>): Products => ({
  async find(tenantId, sku) {
    const Key = productKey(tenantId, sku);
    const { Item } = await rt.db.send(new GetCommand({ TableName: rt.env('TABLE_NAME'), Key, ConsistentRead: true }));
    return Item && toProduct(Item);
  },

  async store(product) {
    const { tenantId, sku, name, price, version } = product;
    const changed = mint(rt, ProductChanged.type, { tenantId, aggregateId: sku, version, data: { name, price } });
    const first = { ConditionExpression: 'attribute_not_exists(pk)' };
    const next = { ConditionExpression: 'v = :before', ExpressionAttributeValues: { ':before': version - 1 } };
    return putIf(rt, { ...toItem(product), ...written(version, [changed]) }, version === 1 ? first : next);
  },
});

const toItem = ({ version, ...product }: Product) => ({
  ...productKey(product.tenantId, product.sku),
  listPk: productList(product.tenantId),
  listSk: product.sku,
  ...product,
});

export const toProduct = (item: Readonly<Record<string, unknown>>): Product => {
  const { tenantId, sku, name, price, updatedAt, v: version } = item;
  return { tenantId, sku, name, price, updatedAt, version } as Product;
};

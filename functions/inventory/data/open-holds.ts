import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import { openHolds } from '#inventory/data/keys';
import type { Sku, TenantId } from '#shared/kernel';
import { LIST_INDEX } from '#shared/manifest';
import type { Runtime } from '#shared/runtime';

/** How much of a SKU open holds keep, from the index and so eventually consistent. */
export const heldStock =
  (rt: Runtime<'db'>) =>
  async (tenantId: TenantId, sku: Sku): Promise<number> => {
    const pages = paginateQuery(
      { client: rt.db },
      {
        TableName: rt.env('TABLE_NAME'),
        IndexName: LIST_INDEX,
        KeyConditionExpression: 'listPk = :list',
        FilterExpression: 'attribute_exists(held.#sku)',
        ProjectionExpression: 'held.#sku',
        ExpressionAttributeNames: { '#sku': sku },
        ExpressionAttributeValues: { ':list': openHolds(tenantId) },
      },
    );
    let held = 0;
    for await (const { Items = [] } of pages) {
      for (const item of Items) held += (item['held'] as Record<string, number>)[sku] ?? 0;
    }
    return held;
  };

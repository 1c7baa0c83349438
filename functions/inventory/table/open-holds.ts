import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import { openHoldList } from '#inventory/table/keys';
import type { Sku, TenantId } from '#platform/kernel';
import { LIST_INDEX } from '#platform/manifest';
import type { Runtime } from '#platform/runtime/runtime';

/** The quantity of a SKU in open holds, from the index and therefore eventually consistent. */
export const heldQuantity =
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
        ExpressionAttributeValues: { ':list': openHoldList(tenantId) },
      },
    );
    let held = 0;
    for await (const { Items = [] } of pages) {
      for (const item of Items) held += (item['held'] as Record<string, number>)[sku] ?? 0;
    }
    return held;
  };

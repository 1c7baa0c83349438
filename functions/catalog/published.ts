import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { productKey } from '#catalog/data/keys';
import { TooBusy } from '#shared/errors';
import type { Money, Sku, TenantId } from '#shared/kernel';
import type { Runtime } from '#shared/runtime';

/**
 * Today's prices of at most 100 SKUs, read strongly. A product that does not exist is not in the map; one that could not be read is
 * an error, for to leave it out would say that it does not exist.
 */
export const catalogPrices =
  (rt: Runtime<'db'>) =>
  async (tenantId: TenantId, skus: readonly Sku[]): Promise<ReadonlyMap<Sku, Money>> => {
    const table = rt.env('TABLE_NAME');
    const Keys = [...new Set(skus)].map((sku) => productKey(tenantId, sku));
    const { Responses, UnprocessedKeys } = await rt.db.send(
      new BatchGetCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } }),
    );
    if (UnprocessedKeys?.[table]?.Keys?.length) throw new TooBusy('the catalogue left prices unread');
    return new Map((Responses?.[table] ?? []).map(({ sku, price }) => [sku as Sku, price as Money]));
  };

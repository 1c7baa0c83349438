import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { productKey } from '#catalog/table/keys';
import type { Money, Sku, TenantId } from '#platform/kernel';
import type { Runtime } from '#platform/runtime/runtime';
import { MoneySchema, SkuSchema } from '#platform/schemas';
import { parseItem } from '#platform/table/parse-item';
import { Throttled } from '#platform/table/throttled';

const PricedItem = z.object({ sku: SkuSchema, price: MoneySchema });

/**
 * Current prices of at most 100 SKUs, read strongly. A product that does not exist is not in the map. A product that could not be
 * read is an error, because leaving it out would mean that it does not exist.
 */
export const catalogPrices =
  (rt: Runtime<'db'>) =>
  async (tenantId: TenantId, skus: readonly Sku[]): Promise<ReadonlyMap<Sku, Money>> => {
    const table = rt.env('TABLE_NAME');
    const Keys = [...new Set(skus)].map((sku) => productKey(tenantId, sku));
    const { Responses, UnprocessedKeys } = await rt.db.send(
      new BatchGetCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } }),
    );
    if (UnprocessedKeys?.[table]?.Keys?.length) throw new Throttled('the table left prices unread');
    const items = (Responses?.[table] ?? []).map((item) => parseItem(PricedItem, item));
    return new Map(items.map(({ sku, price }) => [sku, price]));
  };

import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { type Hold, heldQuantities } from '#inventory/domain/hold';
import { openHoldList } from '#inventory/table/keys';
import type { Sku, TenantId } from '#platform/kernel';
import { LIST_INDEX } from '#platform/manifest';
import type { Runtime } from '#platform/runtime/runtime';
import { SkuSchema } from '#platform/schemas';
import { parseItem } from '#platform/table/parse-item';

/** Two lists of equal length. A SKU is a value and never an attribute's name: it may be `constructor` (ADR 71). */
type Held = { readonly skus: readonly Sku[]; readonly quantities: readonly number[] };

/** The attribute `held` of an open hold, which the index projects. */
export const toHeld = (hold: Hold): Held => {
  const quantities = heldQuantities(hold);
  return { skus: [...quantities.keys()], quantities: [...quantities.values()] };
};

const OpenHold = z.object({ held: z.object({ skus: z.array(SkuSchema), quantities: z.array(z.int()) }) });

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
        FilterExpression: 'contains(held.skus, :sku)',
        ProjectionExpression: 'pk, held',
        ExpressionAttributeValues: { ':list': openHoldList(tenantId), ':sku': sku },
      },
    );
    let sum = 0;
    for await (const { Items = [] } of pages) {
      for (const { held } of Items.map((item) => parseItem(OpenHold, item)))
        sum += held.quantities[held.skus.indexOf(sku)] ?? 0;
    }
    return sum;
  };

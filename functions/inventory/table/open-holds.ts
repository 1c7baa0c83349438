import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { type Hold, heldQuantities } from '#inventory/domain/hold';
import { openHoldList } from '#inventory/table/keys';
import type { OrderId, Sku, TenantId } from '#platform/kernel';
import { LIST_INDEX } from '#platform/manifest';
import type { Runtime } from '#platform/runtime/runtime';
import { OrderIdSchema, SkuSchema } from '#platform/schemas';
import { parseItem } from '#platform/table/parse-item';

/** Two lists of equal length. A SKU is a value and never an attribute's name: it may be `constructor` (ADR 71). */
type Held = { readonly skus: readonly Sku[]; readonly quantities: readonly number[] };

/** The attribute `held` of an open hold, which the index projects. */
export const toHeld = (hold: Hold): Held => {
  const quantities = heldQuantities(hold);
  return { skus: [...quantities.keys()], quantities: [...quantities.values()] };
};

const OpenHold = z.object({ held: z.object({ skus: z.array(SkuSchema), quantities: z.array(z.int()) }) });

/** A page has up to 1 MB, some 6,000 holds of three lines. */
const MAX_COUNTED_PAGES = 25;

/**
 * The units of each SKU in a tenant's open holds, from the index and therefore eventually consistent. Undefined where there are too many
 * to count.
 */
export const heldBySku =
  (rt: Runtime<'db'>) =>
  async (tenantId: TenantId): Promise<ReadonlyMap<Sku, number> | undefined> => {
    const sums = new Map<Sku, number>();
    let pageCount = 0;
    for await (const { Items = [], LastEvaluatedKey } of pagesOf(rt, tenantId, { attributes: 'pk, held' })) {
      for (const { held } of Items.map((item) => parseItem(OpenHold, item)))
        for (const [i, sku] of held.skus.entries()) sums.set(sku, (sums.get(sku) ?? 0) + (held.quantities[i] ?? 0));
      pageCount += 1;
      if (pageCount === MAX_COUNTED_PAGES && LastEvaluatedKey) return undefined;
    }
    return sums;
  };

/** A bound of what one call reads of the open holds with a SKU. */
const MAX_HOLDERS = 500;
const MAX_PAGES = 10;

const HolderEntry = z.object({
  listSk: OrderIdSchema,
  held: z.object({ skus: z.array(SkuSchema), quantities: z.array(z.int()) }),
});

/** The orders whose open holds have units of the SKU, with their units of every SKU, from the index. */
export const openHoldsOf = async (
  rt: Runtime<'db'>,
  tenantId: TenantId,
  sku: Sku,
): Promise<ReadonlyMap<OrderId, ReadonlyMap<Sku, number>>> => {
  const holders = new Map<OrderId, ReadonlyMap<Sku, number>>();
  let pageCount = 0;
  for await (const { Items = [] } of pagesOf(rt, tenantId, { sku, attributes: 'pk, listSk, held' })) {
    const entries = Items.slice(0, MAX_HOLDERS - holders.size).map((item) => parseItem(HolderEntry, item));
    for (const { listSk, held } of entries)
      holders.set(listSk, new Map(held.skus.map((each, i) => [each, held.quantities[i] ?? 0])));
    pageCount += 1;
    if (holders.size === MAX_HOLDERS || pageCount === MAX_PAGES) break;
  }
  return holders;
};

/** The entries of open holds, only those with the SKU if one is given. */
const pagesOf = (
  rt: Runtime<'db'>,
  tenantId: TenantId,
  { sku, attributes }: { readonly sku?: Sku; readonly attributes: string },
) =>
  paginateQuery(
    { client: rt.db },
    {
      TableName: rt.env('TABLE_NAME'),
      IndexName: LIST_INDEX,
      KeyConditionExpression: 'listPk = :list',
      ...(sku !== undefined && { FilterExpression: 'contains(held.skus, :sku)' }),
      ProjectionExpression: attributes,
      ExpressionAttributeValues: { ':list': openHoldList(tenantId), ...(sku !== undefined && { ':sku': sku }) },
    },
  );

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

/** Enough for any order, and a bound of what one call reads. */
const MAX_HOLDERS = 500;
const MAX_PAGES = 10;

const HolderEntry = z.object({
  listSk: OrderIdSchema,
  held: z.object({ skus: z.array(SkuSchema), quantities: z.array(z.int()) }),
});

/** The orders whose open holds have units of any of these SKUs, and how many of each SKU, from the index. */
export const openHoldsOf = async (
  rt: Runtime<'db'>,
  tenantId: TenantId,
  skus: readonly Sku[],
): Promise<readonly { readonly orderId: OrderId; readonly held: ReadonlyMap<Sku, number> }[]> => {
  const pages = paginateQuery(
    { client: rt.db },
    {
      TableName: rt.env('TABLE_NAME'),
      IndexName: LIST_INDEX,
      KeyConditionExpression: 'listPk = :list',
      FilterExpression: skus.map((_, i) => `contains(held.skus, :sku${i})`).join(' OR '),
      ProjectionExpression: 'pk, listSk, held',
      ExpressionAttributeValues: {
        ':list': openHoldList(tenantId),
        ...Object.fromEntries(skus.map((sku, i) => [`:sku${i}`, sku])),
      },
    },
  );
  const holders: { orderId: OrderId; held: ReadonlyMap<Sku, number> }[] = [];
  let pageCount = 0;
  for await (const { Items = [] } of pages) {
    for (const { listSk, held } of Items.map((item) => parseItem(HolderEntry, item)))
      holders.push({ orderId: listSk, held: new Map(held.skus.map((sku, i) => [sku, held.quantities[i] ?? 0])) });
    pageCount += 1;
    if (holders.length >= MAX_HOLDERS || pageCount >= MAX_PAGES) break;
  }
  return holders.slice(0, MAX_HOLDERS);
};

import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { type Hold, heldQuantities } from '#inventory/domain/hold';
import { openHoldShards } from '#inventory/table/keys';
import type { OrderId, Sku, TenantId } from '#platform/kernel';
import { LIST_INDEX } from '#platform/manifest';
import type { Runtime } from '#platform/runtime/runtime';
import { listShardsOf } from '#platform/runtime/times';
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

/**
 * The quantity of a SKU in open holds, from the index and therefore eventually consistent. All shards of the list are read at once; one
 * that cannot be read fails the sum.
 */
export const heldQuantity =
  (rt: Runtime<'db'>) =>
  async (tenantId: TenantId, sku: Sku): Promise<number> => {
    const sums = await Promise.all(
      shardsOf(rt, tenantId).map(async (shard) => {
        let sum = 0;
        for await (const { Items = [] } of pagesWith(rt, shard, { sku, attributes: 'pk, held' })) {
          for (const { held } of Items.map((item) => parseItem(OpenHold, item)))
            sum += held.quantities[held.skus.indexOf(sku)] ?? 0;
        }
        return sum;
      }),
    );
    return sums.reduce((total, sum) => total + sum, 0);
  };

/** A bound of what one call reads of the open holds with a SKU. */
const MAX_HOLDERS = 500;
const MAX_PAGES = 10;

const HolderEntry = z.object({
  listSk: OrderIdSchema,
  held: z.object({ skus: z.array(SkuSchema), quantities: z.array(z.int()) }),
});
type Holder = readonly [OrderId, ReadonlyMap<Sku, number>];

/** The orders whose open holds have units of the SKU, with their units of every SKU, from the index: by id the first of all shards. */
export const openHoldsOf = async (
  rt: Runtime<'db'>,
  tenantId: TenantId,
  sku: Sku,
): Promise<ReadonlyMap<OrderId, ReadonlyMap<Sku, number>>> => {
  const shards = shardsOf(rt, tenantId);
  const maxPages = Math.ceil(MAX_PAGES / shards.length);
  const holders = await Promise.all(shards.map((shard) => holdersIn(rt, shard, { sku, maxPages })));
  return new Map(
    holders
      .flat()
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, MAX_HOLDERS),
  );
};

const holdersIn = async (
  rt: Runtime<'db'>,
  shard: string,
  { sku, maxPages }: { readonly sku: Sku; readonly maxPages: number },
): Promise<readonly Holder[]> => {
  const holders: Holder[] = [];
  let pageCount = 0;
  for await (const { Items = [] } of pagesWith(rt, shard, { sku, attributes: 'pk, listSk, held' })) {
    const entries = Items.slice(0, MAX_HOLDERS - holders.length).map((item) => parseItem(HolderEntry, item));
    for (const { listSk, held } of entries)
      holders.push([listSk, new Map(held.skus.map((each, i) => [each, held.quantities[i] ?? 0]))]);
    pageCount += 1;
    if (holders.length === MAX_HOLDERS || pageCount === maxPages) break;
  }
  return holders;
};

const shardsOf = (rt: Runtime<'db'>, tenantId: TenantId) => openHoldShards(tenantId, listShardsOf(rt.times, tenantId));

/** The entries of open holds with the SKU, of one shard. */
const pagesWith = (
  rt: Runtime<'db'>,
  shard: string,
  { sku, attributes }: { readonly sku: Sku; readonly attributes: string },
) =>
  paginateQuery(
    { client: rt.db },
    {
      TableName: rt.env('TABLE_NAME'),
      IndexName: LIST_INDEX,
      KeyConditionExpression: 'listPk = :list',
      FilterExpression: 'contains(held.skus, :sku)',
      ProjectionExpression: attributes,
      ExpressionAttributeValues: { ':list': shard, ':sku': sku },
    },
  );

import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { type Hold, heldQuantities } from '#inventory/domain/hold';
import { openHoldShards } from '#inventory/table/keys';
import type { OrderId, Sku, TenantId } from '#platform/kernel';
import { LIST_INDEX } from '#platform/manifest';
import type { Runtime } from '#platform/runtime/runtime';
import { listShardsOf } from '#platform/runtime/times';
import { IntegerSchema, OrderIdSchema, SkuSchema } from '#platform/schemas';
import { parseItem } from '#platform/table/parse-item';

/** Two lists of equal length. A SKU is a value and never an attribute's name: it may be `constructor` (ADR 71). */
type Held = { readonly skus: readonly Sku[]; readonly quantities: readonly number[] };

/** The attribute `held` of an open hold, which the index projects. */
export const toHeld = (hold: Hold): Held => {
  const quantities = heldQuantities(hold);
  return { skus: [...quantities.keys()], quantities: [...quantities.values()] };
};

const HeldSchema = z.object({ skus: z.array(SkuSchema), quantities: z.array(IntegerSchema) });
const OpenHold = z.object({ held: HeldSchema });

/** A page has up to 1 MB, some 6,000 holds of three lines. They are divided among the shards. */
const MAX_COUNTED_PAGES = 25;

/**
 * The units of each SKU in a tenant's open holds, from the index and therefore eventually consistent. All shards of the list are read at
 * once; one that cannot be read fails the count. Undefined where there are too many holds to count.
 */
export const heldBySku =
  (rt: Runtime<'db'>) =>
  async (tenantId: TenantId): Promise<ReadonlyMap<Sku, number> | undefined> => {
    const shards = shardsOf(rt, tenantId);
    const maxPages = Math.ceil(MAX_COUNTED_PAGES / shards.length);
    const sums = new Map<Sku, number>();
    const addUp = async (shard: string): Promise<boolean> => {
      let pageCount = 0;
      for await (const { Items = [], LastEvaluatedKey } of pagesOf(rt, shard, { attributes: 'pk, held' })) {
        for (const { held } of Items.map((item) => parseItem(OpenHold, item)))
          for (const [i, sku] of held.skus.entries()) sums.set(sku, (sums.get(sku) ?? 0) + (held.quantities[i] ?? 0));
        pageCount += 1;
        if (pageCount === maxPages && LastEvaluatedKey) return false;
      }
      return true;
    };
    const complete = await Promise.all(shards.map(addUp));
    return complete.every(Boolean) ? sums : undefined;
  };

/** A bound of what one call reads of the open holds with a SKU. */
const MAX_HOLDERS = 500;
const MAX_PAGES = 10;

const HolderEntry = z.object({ listSk: OrderIdSchema, held: HeldSchema });
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
  for await (const { Items = [] } of pagesOf(rt, shard, { sku, attributes: 'pk, listSk, held' })) {
    const entries = Items.slice(0, MAX_HOLDERS - holders.length).map((item) => parseItem(HolderEntry, item));
    for (const { listSk, held } of entries)
      holders.push([listSk, new Map(held.skus.map((each, i) => [each, held.quantities[i] ?? 0]))]);
    pageCount += 1;
    if (holders.length === MAX_HOLDERS || pageCount === maxPages) break;
  }
  return holders;
};

const shardsOf = (rt: Runtime<'db'>, tenantId: TenantId) => openHoldShards(tenantId, listShardsOf(rt.times, tenantId));

/** The entries of open holds of one shard, only those with the SKU if one is given. */
const pagesOf = (
  rt: Runtime<'db'>,
  shard: string,
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
      ExpressionAttributeValues: { ':list': shard, ...(sku !== undefined && { ':sku': sku }) },
    },
  );

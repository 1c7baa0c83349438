import * as z from 'zod/mini';
import type { Shard } from '#inventory/domain/stock';
import { shardKey, summaryKey } from '#inventory/table/keys';
import { summaryPut, toSummary } from '#inventory/table/summary-item';
import { shardChange } from '#inventory/table/transact';
import type { Stock } from '#inventory/use-cases/ports';
import type { Runtime } from '#platform/runtime/runtime';
import { IntegerSchema, SkuSchema, StringSchema } from '#platform/schemas';
import { batchGet, type Key } from '#platform/table/batch-get';
import { parseItem } from '#platform/table/parse-item';
import { transact } from '#platform/table/transact';

const MAX_KEYS = 100;
/** The position of the summary in a shift's transaction. */
const SUMMARY = 0;

export const stockTable = (rt: Runtime<'db'>): Stock => ({
  async summaries(tenantId, skus) {
    const items = await batchGet(
      rt,
      skus.map((sku) => summaryKey(tenantId, sku)),
      { consistent: true },
    );
    return items.map(toSummary);
  },

  /** At most 13 calls, for 20 SKUs of 64 shards; most SKUs have one shard. */
  async shards(summaries) {
    const keys = summaries.flatMap(({ tenantId, sku, shards }) =>
      Array.from({ length: shards }, (_, shard): Key => shardKey(tenantId, sku, shard)),
    );
    const shards: Shard[] = [];
    for (let from = 0; from < keys.length; from += MAX_KEYS) {
      const items = await batchGet(rt, keys.slice(from, from + MAX_KEYS), { consistent: true });
      shards.push(...items.map((item) => parseItem(ShardItem, item)));
    }
    return shards;
  },

  async shift(from, to, changes) {
    const outcome = await transact(rt, [
      { Put: summaryPut(rt, { from, to }) },
      ...changes.map((change) => shardChange(rt, to.tenantId, { ...change, received: true })),
    ]);
    if (typeof outcome === 'string') return outcome;
    return outcome.failed.includes(SUMMARY) ? 'contended' : 'short';
  },
});

const ShardItem = z.pipe(
  z.object({
    sku: SkuSchema,
    shard: IntegerSchema,
    received: IntegerSchema,
    available: IntegerSchema,
    v: IntegerSchema,
    changedAt: z.optional(StringSchema),
  }),
  z.transform(({ v, ...shard }): Shard => ({ ...shard, version: v })),
);

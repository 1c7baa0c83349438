import type { Stock } from '#inventory/app/ports';
import { headPut } from '#inventory/data/head-put';
import { headKey, shardKey } from '#inventory/data/keys';
import { shardChange, transact } from '#inventory/data/transact';
import type { Head } from '#inventory/domain/head';
import type { Shard } from '#inventory/domain/stock';
import { batchGet, type Key } from '#shared/batch-get';
import type { Runtime } from '#shared/runtime';

const MOST_KEYS = 100;
/** Where the head stands among the parts of a shift's transaction. */
const HEAD = 0;

export const stockTable = (rt: Runtime<'db'>): Stock => ({
  async heads(tenantId, skus) {
    const items = await batchGet(
      rt,
      skus.map((sku) => headKey(tenantId, sku)),
      { consistent: true },
    );
    return items.map(toHead);
  },

  /** Up to 20 SKUs of up to 64 shards are at most 13 calls; most SKUs have one shard. */
  async shards(heads) {
    const keys = heads.flatMap((head) =>
      Array.from({ length: head.shards }, (_, shard): Key => shardKey(head.tenantId, head.sku, shard)),
    );
    const shards: Shard[] = [];
    for (let from = 0; from < keys.length; from += MOST_KEYS) {
      const items = await batchGet(rt, keys.slice(from, from + MOST_KEYS), { consistent: true });
      shards.push(...items.map(toShard));
    }
    return shards;
  },

  async shift(from, to, changes) {
    const outcome = await transact(rt, [
      { Put: headPut(rt, from, to, []) },
      ...changes.map((change) => shardChange(rt, to.tenantId, change, { received: true })),
    ]);
    if (typeof outcome === 'string') return outcome;
    return outcome.failed.includes(HEAD) ? 'contended' : 'short';
  },
});

const toHead = ({ pk, sk, out, v, ...head }: Record<string, unknown>): Head => ({ ...head, version: v }) as Head;

const toShard = ({ pk, sk, v, ...shard }: Record<string, unknown>): Shard => ({ ...shard, version: v }) as Shard;

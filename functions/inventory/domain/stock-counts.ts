import { err, type Instant, ok, type Result, type Sku, type TenantId } from '#platform/kernel';

/** A tenant's open holds are counted at most this often, and only while its stock is read. */
export const COUNT_INTERVAL_MS = 2_000;
/** What was counted longer ago is not shown. */
export const MAX_COUNT_AGE_MS = 5 * COUNT_INTERVAL_MS;
/** A count that dies delays the next one by this long. It is the time-out of the function that counts. */
export const COUNT_LEASE_MS = 30_000;

/** The number of chunks is a power of two. It changes between counts, so each chunk stores it. */
const MAX_CHUNKS = 1_024;
/** About one read unit of 4 KB, even if every SKU has 64 letters. */
const MAX_CHUNK_LENGTH = 32;
/** About 300 KB. An item has at most 400. */
const MAX_LAST_CHUNK_LENGTH = 2_000;

/** When a tenant's open holds were counted last, and whether a count is due or running. */
export type CountState = {
  readonly tenantId: TenantId;
  readonly version: number;
  /** The number of chunks of the last count. 0 if nothing was counted yet. */
  readonly chunks: number;
  /** When the last count began. */
  readonly countedAt?: Instant | undefined;
  /** The SKU whose reader requested the latest count. It is measured in that count, also if it has no open hold. */
  readonly sku?: Sku | undefined;
  /** No other caller requests a count before this time. */
  readonly leaseUntil?: Instant | undefined;
};

/** The units of a SKU in open holds, and how many units were sold when its stock last did not change during a count. */
export type SkuCount = {
  readonly sku: Sku;
  readonly held: number;
  readonly sold?: { readonly quantity: number; readonly at: Instant } | undefined;
};

/** The counted SKUs whose hash is this chunk's index. A SKU without an entry was in no open hold at `countedAt`. */
export type CountChunk = {
  /** The number of chunks of this count. */
  readonly of: number;
  readonly countedAt: Instant;
  readonly counts: readonly SkuCount[];
};

/** The units of a SKU that were received and are not available, and when its stock last changed, if that is known. */
export type TakenUnits = { readonly taken: number; readonly changedAt?: Instant | undefined };

/** How the taken units of a SKU divide into held and sold ones. `sold` is exact at `countedAt` and never more than is sold now. */
type StockSplit = { readonly held: number; readonly sold: number; readonly countedAt: Instant };

const ageMs = (at: Instant, now: Instant): number => Date.parse(now) - Date.parse(at);
/** A time in the future comes from a clock that was wrong, so it is not recent. */
const isRecent = (at: Instant | undefined, now: Instant, maxAgeMs: number): boolean =>
  at !== undefined && at <= now && ageMs(at, now) < maxAgeMs;

/**
 * The state with a lease for the next count, which measures this SKU, too; undefined while the last count is recent or another caller's
 * lease runs. A lease that ends later than ours would comes from a clock that was wrong, and is ignored.
 */
export const leaseCount = (state: CountState, sku: Sku, now: Instant): CountState | undefined => {
  const remainingMs = state.leaseUntil === undefined ? 0 : -ageMs(state.leaseUntil, now);
  const isLeased = remainingMs > 0 && remainingMs <= COUNT_LEASE_MS;
  if (isLeased || isRecent(state.countedAt, now, COUNT_INTERVAL_MS)) return undefined;
  const leaseUntil = new Date(Date.parse(now) + COUNT_LEASE_MS).toISOString();
  return { ...state, version: state.version + 1, sku, leaseUntil };
};

/** Whether the count that was requested at this time was made, by this request or a later one. */
export const isCounted = ({ countedAt }: Pick<CountState, 'countedAt'>, requestedAt: Instant): boolean =>
  countedAt !== undefined && countedAt >= requestedAt;

/**
 * Splits a SKU's taken units, read at `now`. If its stock has not changed since the count, the count holds for these units. Otherwise
 * units may have been held since, so only what was sold at an earlier moment is sold for certain: sold units stay sold. The
 * rest is shown as held. Undefined where nothing certain is known, or only from long ago.
 */
export function splitStock(
  sku: Sku,
  { taken, changedAt }: TakenUnits,
  { chunk, now }: { readonly chunk: CountChunk | undefined; readonly now: Instant },
): StockSplit | undefined {
  if (!chunk || !isRecent(chunk.countedAt, now, MAX_COUNT_AGE_MS)) return undefined;
  const { countedAt, counts } = chunk;
  const count = counts.find((each) => each.sku === sku);
  if (isUnchangedSince(countedAt, changedAt)) {
    const held = Math.min(count?.held ?? 0, taken);
    return { held, sold: taken - held, countedAt };
  }
  if (!count?.sold || !isRecent(count.sold.at, now, MAX_COUNT_AGE_MS)) return undefined;
  const sold = Math.min(count.sold.quantity, taken);
  return { held: taken - sold, sold, countedAt: count.sold.at };
}

const isUnchangedSince = (countedAt: Instant, changedAt: Instant | undefined): boolean =>
  changedAt === undefined || changedAt < countedAt;

/**
 * The entries of a count. `taken` was read after the holds were counted. An earlier sold quantity remains where the stock has changed
 * during this count, and where the SKU has no open hold any more, as long as it may be shown.
 */
export function toSkuCounts({
  held,
  taken,
  previous,
  countedAt,
}: {
  readonly held: ReadonlyMap<Sku, number>;
  readonly taken: ReadonlyMap<Sku, TakenUnits>;
  readonly previous: readonly SkuCount[];
  readonly countedAt: Instant;
}): readonly SkuCount[] {
  const earlier = new Map<Sku, SkuCount>();
  for (const count of previous)
    if (isRecent(count.sold?.at, countedAt, MAX_COUNT_AGE_MS)) earlier.set(count.sku, { ...count, held: 0 });
  const counts = new Map(earlier);
  for (const [sku, quantity] of held) {
    const units = taken.get(sku);
    const sold =
      units && isUnchangedSince(countedAt, units.changedAt)
        ? { quantity: Math.max(0, units.taken - quantity), at: countedAt }
        : earlier.get(sku)?.sold;
    counts.set(sku, { sku, held: quantity, ...(sold && { sold }) });
  }
  return [...counts.values()];
}

/** The index of the chunk that has the SKU's entry. */
export const chunkOf = (sku: Sku, chunks: number): number => {
  let hash = 0;
  for (const letter of sku) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0;
  // the lower bits of the product alone would follow the last letter
  return (Math.imul(hash ^ (hash >>> 15), 0x9e3779b1) >>> 16) % chunks;
};

/** Distributes the entries over the fewest chunks of which each is small: a read of one SKU's entry costs the same, however many there are. */
export function distributeCounts(
  counts: readonly SkuCount[],
  countedAt: Instant,
): Result<readonly CountChunk[], 'too_many_skus'> {
  for (let of = 1; ; of *= 2) {
    const chunks = Array.from({ length: of }, (): SkuCount[] => []);
    for (const count of counts) chunks[chunkOf(count.sku, of)]?.push(count);
    const maxLength = Math.max(...chunks.map(({ length }) => length));
    if (maxLength <= MAX_CHUNK_LENGTH || (of === MAX_CHUNKS && maxLength <= MAX_LAST_CHUNK_LENGTH))
      return ok(chunks.map((each) => ({ of, countedAt, counts: each })));
    if (of === MAX_CHUNKS) return err('too_many_skus');
  }
}

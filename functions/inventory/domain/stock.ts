import { err, type Instant, ok, type Result, type Sku } from '#platform/kernel';

/**
 * A part of a SKU's stock. A SKU lies in 1 to 64 shards, so that many orders can take stock at once (ADR 5). Open plus committed holds
 * equal received - available.
 */
export type Shard = {
  readonly sku: Sku;
  readonly shard: number;
  readonly received: number;
  readonly available: number;
  readonly version: number;
  /** When units were last taken from or put into it. Undefined: before this was recorded. */
  readonly changedAt?: Instant | undefined;
};
export type Line = { readonly sku: Sku; readonly quantity: number };
/** A quantity taken from one shard. */
export type Allocation = Line & { readonly shard: number };

/** One transaction changes at most this many shards; the rest of its 100 items are for the hold and the summary. */
export const MAX_ALLOCATIONS = 90;

export const available = (shards: readonly Shard[]): number => shards.reduce((sum, shard) => sum + shard.available, 0);
export const received = (shards: readonly Shard[]): number => shards.reduce((sum, shard) => sum + shard.received, 0);
/** Units that were received and are not available: they are in open holds or sold. */
export const taken = (shards: readonly Shard[]): number => received(shards) - available(shards);

/** When the latest change of these shards was made. */
export const lastChange = (shards: readonly Shard[]): Instant | undefined =>
  shards
    .flatMap(({ changedAt }) => changedAt ?? [])
    .toSorted()
    .at(-1);

/**
 * Allocates each line: from one random shard that has enough, so that orders do not compete for the same shard; otherwise from as
 * few shards as possible, the fullest first. `shards` must be all shards of the lines' SKUs, read strongly. The error is the line
 * that requests more units than are available.
 */
export function allocate(
  lines: readonly Line[],
  shards: readonly Shard[],
  pick: (count: number) => number,
): Result<readonly Allocation[], Line> {
  const allocations: Allocation[] = [];
  for (const line of lines) {
    const { sku, quantity } = line;
    const skuShards = shards.filter((shard) => shard.sku === sku);
    if (available(skuShards) < quantity) return err(line);
    const sufficient = skuShards.filter((shard) => shard.available >= quantity);
    const picked = sufficient[pick(sufficient.length)];
    allocations.push(
      ...(picked ? [{ sku, shard: picked.shard, quantity }] : allocateFromSeveral(sku, quantity, skuShards)),
    );
  }
  return ok(allocations);
}

function allocateFromSeveral(sku: Sku, quantity: number, shards: readonly Shard[]): Allocation[] {
  let missing = quantity;
  return shards
    .toSorted((a, b) => b.available - a.available)
    .flatMap(({ shard, available }) => {
      const taken = Math.min(missing, available);
      missing -= taken;
      return taken > 0 ? [{ sku, shard, quantity: taken }] : [];
    });
}

/**
 * Whether a SKU's shards are the same in two reads. Then everything that the first read saw existed at one moment, the one between
 * the reads, however many calls a read takes.
 */
export const isStable = (sku: Sku, before: readonly Shard[], after: readonly Shard[]): boolean => {
  const versionsOf = (shards: readonly Shard[]) =>
    new Map(shards.filter((shard) => shard.sku === sku).map(({ shard, version }) => [shard, version]));
  const [first, second] = [versionsOf(before), versionsOf(after)];
  return first.size === second.size && [...first].every(([shard, version]) => second.get(shard) === version);
};

/** Allocates each line from one random shard, without a read. The shards' own conditions decide whether it succeeds. */
export const guessAllocation = (
  lines: readonly Line[],
  shardCounts: ReadonlyMap<Sku, number>,
  pick: (count: number) => number,
): readonly Allocation[] =>
  lines.map(({ sku, quantity }) => ({ sku, quantity, shard: pick(shardCounts.get(sku) ?? 1) }));

export type Distribution = {
  readonly quantity: number;
  readonly shards: number;
  /** The shard that gets the first unit of the remainder. */
  readonly start: number;
};

/** Distributes new units evenly over the shards; the shards from `start` on get the remainder. */
export function distribute(sku: Sku, { quantity, shards, start }: Distribution): readonly Allocation[] {
  const share = Math.floor(quantity / shards);
  const remainder = quantity % shards;
  return Array.from({ length: shards }, (_, i) => ({
    sku,
    shard: (start + i) % shards,
    quantity: share + (i < remainder ? 1 : 0),
  })).filter((allocation) => allocation.quantity > 0);
}

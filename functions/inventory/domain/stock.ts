import { err, ok, type Result, type Sku } from '#shared/kernel';

/** A SKU lies in 1 to 64 shards, so that many orders can take of it at once. Open plus committed holds = received - available. */
export type Shard = {
  readonly sku: Sku;
  readonly shard: number;
  readonly received: number;
  readonly available: number;
  readonly version: number;
};
export type Line = { readonly sku: Sku; readonly quantity: number };
/** So many units out of one shard. */
export type Draw = Line & { readonly shard: number };

/** One transaction holds this many shards; the rest of its 100 items are for what goes with them. */
export const MOST_DRAWS = 90;

export const available = (shards: readonly Shard[]): number => shards.reduce((sum, shard) => sum + shard.available, 0);
export const received = (shards: readonly Shard[]): number => shards.reduce((sum, shard) => sum + shard.received, 0);

/**
 * Where to take the lines from: one shard that has enough of a SKU, picked by chance so that orders do not crowd; else as few
 * shards as can be, the fullest first. `shards` must be all shards of the lines' SKUs, read strongly. Else the line that asks
 * for more than there is.
 */
export function draw(
  lines: readonly Line[],
  shards: readonly Shard[],
  pick: (count: number) => number,
): Result<readonly Draw[], Line> {
  const draws: Draw[] = [];
  for (const line of lines) {
    const { sku, quantity } = line;
    const own = shards.filter((shard) => shard.sku === sku);
    if (available(own) < quantity) return err(line);
    const enough = own.filter((shard) => shard.available >= quantity);
    const one = enough[pick(enough.length)];
    draws.push(...(one ? [{ sku, shard: one.shard, quantity }] : drawFromSeveral(sku, quantity, own)));
  }
  return ok(draws);
}

function drawFromSeveral(sku: Sku, quantity: number, shards: readonly Shard[]): Draw[] {
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
 * Whether a SKU's shards are the same at two looks: then all that the first one saw was there at one moment, the one between
 * them, however many reads a look may take.
 */
export const steady = (sku: Sku, before: readonly Shard[], after: readonly Shard[]): boolean => {
  const versions = (shards: readonly Shard[]) =>
    new Map(shards.filter((shard) => shard.sku === sku).map(({ shard, version }) => [shard, version]));
  const [then, now] = [versions(before), versions(after)];
  return then.size === now.size && [...then].every(([shard, version]) => now.get(shard) === version);
};

/** The first guess, without a look: every line out of one shard. The shards' own conditions tell whether it holds. */
export const guess = (
  lines: readonly Line[],
  counts: ReadonlyMap<Sku, number>,
  pick: (count: number) => number,
): readonly Draw[] => lines.map(({ sku, quantity }) => ({ sku, quantity, shard: pick(counts.get(sku) ?? 1) }));

/** New units, spread evenly over `count` shards; what does not divide goes to those after `start`. */
export function spread(sku: Sku, quantity: number, count: number, start: number): readonly Draw[] {
  const share = Math.floor(quantity / count);
  const rest = quantity % count;
  return Array.from({ length: count }, (_, i) => ({
    sku,
    shard: (start + i) % count,
    quantity: share + (i < rest ? 1 : 0),
  })).filter((part) => part.quantity > 0);
}

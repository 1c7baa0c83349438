import type { Adjustment } from '#inventory/domain/adjustment';
import type { Head } from '#inventory/domain/head';
import type { Hold } from '#inventory/domain/hold';
import type { Draw, Shard } from '#inventory/domain/stock';
import type { OrderId, Sku, TenantId } from '#shared/kernel';

/** All reads are strong, but a look at several items sees each at a moment of its own. */
export type Shelves = {
  /** The heads of the SKUs that were ever stocked. */
  heads(tenantId: TenantId, skus: readonly Sku[]): Promise<readonly Head[]>;
  /** Every shard that the heads speak of and that exists. */
  shards(heads: readonly Head[]): Promise<readonly Shard[]>;
};

export type Stock = Shelves & {
  /**
   * Moves units from shard to shard and writes `to`, as every move between shards does, so that whoever has found the same head
   * before and after a look at its shards has missed none; all or nothing. `contended` also where `from` no longer stands.
   */
  shift(from: Head, to: Head, changes: readonly Draw[]): Promise<'done' | 'contended' | 'short'>;
};

export type Heads = Shelves & {
  /** Writes `to` and tells the world, on condition that `from` still stands; false where it does not. */
  tell(from: Head, to: Head): Promise<boolean>;
};

/**
 * How a write of several items ended. `contended`: others wrote the same items, nothing is known. `short`: a shard had less than
 * was to be taken. An object: the item that stands where another was to be put.
 */
export type Outcome<Standing> = 'done' | 'contended' | 'short' | Standing;

export type Holds = {
  find(tenantId: TenantId, orderId: OrderId): Promise<Hold | undefined>;
  /** Puts an open hold and takes its draws from their shards, or puts a tombstone; all or nothing, and at most once. */
  put(hold: Hold): Promise<Outcome<Hold>>;
  /** Moves a hold, giving its draws back if it is released; all or nothing. `contended` also where `from` no longer stands. */
  move(from: Hold, to: Hold): Promise<'done' | 'contended'>;
};

export type Adjustments = {
  find(tenantId: TenantId, id: string): Promise<Adjustment | undefined>;
  /** Changes the shards and touches the head; all or nothing, and once for each id. `contended` also where the head moved on. */
  put(adjustment: Adjustment, head: Head, draws: readonly Draw[]): Promise<Outcome<Adjustment>>;
};

/** A number from 0 up to `count`, exclusive, by chance. */
export type Pick = (count: number) => number;

/** Waits before try `attempt + 1` (from 0), out of step with others. False where there is no time left for one. */
export type Pause = (attempt: number) => Promise<boolean>;

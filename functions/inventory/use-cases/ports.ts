import type { Adjustment } from '#inventory/domain/adjustment';
import type { Hold } from '#inventory/domain/hold';
import type { SkuSummary } from '#inventory/domain/sku-summary';
import type { Allocation, Shard } from '#inventory/domain/stock';
import type { CountChunk, CountState, SkuCount } from '#inventory/domain/stock-counts';
import type { Instant, OrderId, Sku, TenantId } from '#platform/kernel';

/** All reads are strongly consistent, but a read of several items sees each at a moment of its own. */
export type StockReader = {
  /** The summaries of those SKUs that have a stock record. */
  summaries(tenantId: TenantId, skus: readonly Sku[]): Promise<readonly SkuSummary[]>;
  /** Every existing shard of the summaries' SKUs. */
  shards(summaries: readonly SkuSummary[]): Promise<readonly Shard[]>;
};

export type Stock = StockReader & {
  /**
   * Moves units between shards and writes `to`, all or nothing. Every move changes the summary, so a reader that finds the same
   * summary before and after it reads the shards has missed no move (ADR 41). `contended` also where `from` has changed.
   */
  shift(from: SkuSummary, to: SkuSummary, changes: readonly Allocation[]): Promise<'done' | 'contended' | 'short'>;
};

export type SkuSummaries = StockReader & {
  /** Stores `to` with its event, on condition that `from` is unchanged; false where it is not. */
  publish(from: SkuSummary, to: SkuSummary): Promise<boolean>;
};

/**
 * How a transaction ended. `contended`: others wrote the same items, so nothing is known. `short`: a shard had less than it should
 * give. An object: the item that already exists under the key.
 */
export type Outcome<Existing> = 'done' | 'contended' | 'short' | Existing;

export type Holds = {
  find(tenantId: TenantId, orderId: OrderId): Promise<Hold | undefined>;
  /** Stores an open hold and takes its allocations from their shards, or stores a tombstone; all or nothing, and at most once. */
  put(hold: Hold): Promise<Outcome<Hold>>;
  /** Stores `to`; releasing gives the allocations back; all or nothing. `contended` also where `from` has changed. */
  update(from: Hold, to: Hold): Promise<'done' | 'contended'>;
};

export type Adjustments = {
  find(tenantId: TenantId, id: string): Promise<Adjustment | undefined>;
  /** Changes the shards and the summary; all or nothing, and once per id. `contended` also where the summary has changed. */
  put(adjustment: Adjustment, summary: SkuSummary, allocations: readonly Allocation[]): Promise<Outcome<Adjustment>>;
};

/** What is stored of the counts of open holds. */
export type StockCounts = {
  /** The state; of version 0 if there is none yet. */
  findState(tenantId: TenantId): Promise<CountState>;
  /** The chunk with the SKU's entry; undefined if a count has changed the number of chunks since the state was read. */
  findChunk(state: CountState, sku: Sku): Promise<CountChunk | undefined>;
};

export type CountRequests = StockCounts & {
  /** Stores the lease with its event StockCountRequested, on condition that `from` is unchanged; false where it is not, or on a fault. */
  request(from: CountState, to: CountState): Promise<boolean>;
};

export type CountWriter = StockCounts & {
  /** Every entry of the state's chunks. */
  findAll(state: CountState): Promise<readonly SkuCount[]>;
  /** Stores the chunks, then that they are there. It ends the lease. */
  put(tenantId: TenantId, chunks: readonly CountChunk[], countedAt: Instant): Promise<void>;
};

/** A random index below `count`. */
export type PickRandom = (count: number) => number;

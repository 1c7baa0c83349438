import { StockAdjusted } from '#inventory/contract';
import { toSummary } from '#inventory/table/summary-item';
import type { Instant } from '#platform/kernel';
import type { Event } from '#platform/messaging/events';
import type { Item } from '#platform/table/batch-get';

/**
 * An event that has a SKU's summary counted again: its stock was corrected by 0. It replaces events of the SKU that are lost, which
 * nothing can rebuild, because a committed hold no longer contains its StockHeld. The same summary has the same id.
 */
export const recountOf = (item: Item, at: Instant): Event => {
  const { tenantId, sku, version } = toSummary(item);
  const id = `${tenantId}.${sku}.${version}`;
  return { id, type: StockAdjusted.type, at, tenantId, aggregateId: sku, version, data: { skus: [sku], delta: 0 } };
};

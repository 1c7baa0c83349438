import * as z from 'zod/mini';
import { StockAdjusted } from '#inventory/contract';
import type { Adjustment } from '#inventory/domain/adjustment';
import { nextVersion } from '#inventory/domain/sku-summary';
import { adjustmentKey } from '#inventory/table/keys';
import { summaryPut } from '#inventory/table/summary-item';
import { shardChange } from '#inventory/table/transact';
import type { Adjustments } from '#inventory/use-cases/ports';
import type { Runtime } from '#platform/runtime/runtime';
import { IntegerSchema, SkuSchema, StringSchema, TenantIdSchema } from '#platform/schemas';
import type { Item } from '#platform/table/batch-get';
import { getItem } from '#platform/table/get-item';
import { mintEvent } from '#platform/table/outbox';
import { parseItem } from '#platform/table/parse-item';
import { transact } from '#platform/table/transact';

/** The position of the summary in an adjustment's transaction. */
const SUMMARY = 1;

export const adjustmentTable = (rt: Runtime<'db'>): Adjustments => {
  const TableName = rt.env('TABLE_NAME');

  return {
    async find(tenantId, id) {
      const item = await getItem(rt, adjustmentKey(tenantId, id));
      return item && toAdjustment(item);
    },

    async put(adjustment, summary, allocations) {
      const { tenantId, id, sku, delta } = adjustment;
      const next = nextVersion(summary);
      const event = { tenantId, aggregateId: sku, version: next.version, data: { skus: [sku], delta } };
      const outcome = await transact(rt, [
        {
          Put: {
            TableName,
            Item: { ...adjustmentKey(tenantId, id), ...adjustment, at: rt.now().toISOString() },
            ConditionExpression: 'attribute_not_exists(pk)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          },
        },
        { Put: summaryPut(rt, { from: summary, to: next, events: [mintEvent(rt, StockAdjusted.type, event)] }) },
        ...allocations.map((allocation) => shardChange(rt, tenantId, { ...allocation, received: true })),
      ]);
      if (typeof outcome === 'string') return outcome;
      if (outcome.existing) return toAdjustment(outcome.existing);
      return outcome.failed.includes(SUMMARY) ? 'contended' : 'short';
    },
  };
};

const AdjustmentItem: z.ZodMiniType<Adjustment> = z.object({
  tenantId: TenantIdSchema,
  id: StringSchema,
  sku: SkuSchema,
  delta: IntegerSchema,
  reason: StringSchema,
  requestDigest: StringSchema,
});
const toAdjustment = (item: Item): Adjustment => parseItem(AdjustmentItem, item);

import * as z from 'zod/mini';
import type { SkuSummary } from '#inventory/domain/sku-summary';
import { summaryKey } from '#inventory/table/keys';
import type { Event } from '#platform/messaging/events';
import type { Runtime } from '#platform/runtime/runtime';
import { IntegerSchema, SkuSchema, TenantIdSchema } from '#platform/schemas';
import type { Item } from '#platform/table/batch-get';
import { outboxAttributes } from '#platform/table/outbox';
import { parseItem } from '#platform/table/parse-item';

const SummaryItem = z.pipe(
  z.object({
    tenantId: TenantIdSchema,
    sku: SkuSchema,
    shards: IntegerSchema,
    depleted: z.boolean(),
    v: IntegerSchema,
  }),
  z.transform(({ v, ...summary }): SkuSummary => ({ ...summary, version: v })),
);

export const toSummary = (item: Item): SkuSummary => parseItem(SummaryItem, item);

type SummaryChange = { readonly from: SkuSummary; readonly to: SkuSummary; readonly events?: readonly Event[] };

/** A put of `to`, on condition that `from` is unchanged, or that there is no summary yet. */
export const summaryPut = (rt: Runtime<'db'>, { from, to: { version, ...to }, events = [] }: SummaryChange) => ({
  TableName: rt.env('TABLE_NAME'),
  Item: { ...summaryKey(to.tenantId, to.sku), ...to, ...outboxAttributes(version, events) },
  ...(from.version === 0
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : { ConditionExpression: 'v = :v', ExpressionAttributeValues: { ':v': from.version } }),
});

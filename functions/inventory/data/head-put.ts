import { headKey } from '#inventory/data/keys';
import type { Head } from '#inventory/domain/head';
import type { Event } from '#shared/events';
import type { Runtime } from '#shared/runtime';
import { written } from '#shared/write';

/** Writes `to` where `from` still stands, or where there is no head yet. */
export const headPut = (rt: Runtime<'db'>, from: Head, { version, ...to }: Head, events: readonly Event[]) => ({
  TableName: rt.env('TABLE_NAME'),
  Item: { ...headKey(to.tenantId, to.sku), ...to, ...written(version, events) },
  ...(from.version === 0
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : { ConditionExpression: 'v = :v', ExpressionAttributeValues: { ':v': from.version } }),
});

import type { Allocation } from '#inventory/domain/stock';
import { shardKey } from '#inventory/table/keys';
import type { TenantId } from '#platform/kernel';
import type { Runtime } from '#platform/runtime/runtime';
import type { TransactionPart } from '#platform/table/transact';

/** Adds `quantity` units to a shard or, below zero, takes them. `received` changes too where they arrive or leave for good. */
export const shardChange = (
  rt: Runtime<'db'>,
  tenantId: TenantId,
  { sku, shard, quantity, received }: Allocation & { readonly received: boolean },
): TransactionPart => ({
  Update: {
    TableName: rt.env('TABLE_NAME'),
    Key: shardKey(tenantId, sku, shard),
    // `shard` is a reserved word
    UpdateExpression: `SET sku = :sku, #shard = :shard, available = if_not_exists(available, :zero) + :quantity, received = if_not_exists(received, :zero) + :received, v = if_not_exists(v, :zero) + :one, changedAt = :now`,
    ...(quantity < 0 && { ConditionExpression: 'available >= :taken' }),
    ExpressionAttributeNames: { '#shard': 'shard' },
    ExpressionAttributeValues: {
      ':sku': sku,
      ':shard': shard,
      ':zero': 0,
      ':one': 1,
      ':now': rt.now().toISOString(),
      ':quantity': quantity,
      ':received': received ? quantity : 0,
      ...(quantity < 0 && { ':taken': -quantity }),
    },
  },
});

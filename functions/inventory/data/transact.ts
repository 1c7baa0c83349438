import { TransactionCanceledException, TransactionInProgressException } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { shardKey } from '#inventory/data/keys';
import type { Draw } from '#inventory/domain/stock';
import type { TenantId } from '#shared/kernel';
import type { Runtime } from '#shared/runtime';

type Part = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** How a transaction ended; where parts' conditions failed: which, and the item that stood where one asked to be told. */
export type Transacted =
  | 'done'
  | 'contended'
  | { readonly failed: readonly number[]; readonly first?: Record<string, unknown> };

/** Others were at work on the same items, or too much was: nothing was written, and trying again is right. */
const passing = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

export const transact = async (rt: Runtime<'db'>, parts: readonly Part[]): Promise<Transacted> => {
  try {
    await rt.db.send(new TransactWriteCommand({ TransactItems: [...parts], ClientRequestToken: rt.newId() }));
    return 'done';
  } catch (e) {
    if (e instanceof TransactionInProgressException) return 'contended';
    if (!(e instanceof TransactionCanceledException)) throw e;
    const reasons = e.CancellationReasons ?? [];
    const failed = reasons.flatMap(({ Code }, i) => (Code === 'ConditionalCheckFailed' ? [i] : []));
    const first = reasons[0]?.Item && unmarshall(reasons[0].Item);
    if (failed.length > 0) return { failed, ...(first && { first }) };
    if (reasons.some(({ Code }) => passing.has(Code ?? ''))) return 'contended';
    throw e;
  }
};

/** Gives a shard `quantity` units to sell, or below zero takes them; `received` moves along where they came or went for good. */
export const shardChange = (
  rt: Runtime<'db'>,
  tenantId: TenantId,
  { sku, shard, quantity }: Draw,
  { received }: { readonly received: boolean },
): Part => ({
  Update: {
    TableName: rt.env('TABLE_NAME'),
    Key: shardKey(tenantId, sku, shard),
    // `shard` is a reserved word
    UpdateExpression: `SET sku = :sku, #shard = :shard, available = if_not_exists(available, :zero) + :quantity, received = if_not_exists(received, :zero) + :received, v = if_not_exists(v, :zero) + :one`,
    ...(quantity < 0 && { ConditionExpression: 'available >= :taken' }),
    ExpressionAttributeNames: { '#shard': 'shard' },
    ExpressionAttributeValues: {
      ':sku': sku,
      ':shard': shard,
      ':zero': 0,
      ':one': 1,
      ':quantity': quantity,
      ':received': received ? quantity : 0,
      ...(quantity < 0 && { ':taken': -quantity }),
    },
  },
});

import { ConditionalCheckFailedException, TransactionConflictException } from '@aws-sdk/client-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Heads } from '#inventory/app/ports';
import { InventoryDepleted, InventoryReplenished } from '#inventory/contract';
import { headKey } from '#inventory/data/keys';
import { stockTable } from '#inventory/data/stock-table';
import type { Head } from '#inventory/domain/head';
import type { Event } from '#shared/events';
import type { Runtime } from '#shared/runtime';
import { mint, written } from '#shared/write';

export const headTable = (rt: Runtime<'db'>): Heads => ({
  ...stockTable(rt),

  async tell(from, to) {
    const { tenantId, sku, version, depleted } = to;
    const type = depleted ? InventoryDepleted.type : InventoryReplenished.type;
    try {
      await rt.db.send(
        new PutCommand(headPut(rt, from, to, mint(rt, type, { tenantId, aggregateId: sku, version, data: { sku } }))),
      );
      return true;
    } catch (e) {
      if (e instanceof ConditionalCheckFailedException || e instanceof TransactionConflictException) return false;
      throw e;
    }
  },
});

/** Writes `to` where `from` still stands, or where there is no head yet. */
export const headPut = (rt: Runtime<'db'>, from: Head, { version, ...to }: Head, event: Event) => ({
  TableName: rt.env('TABLE_NAME'),
  Item: { ...headKey(to.tenantId, to.sku), ...to, ...written(version, [event]) },
  ...(from.version === 0
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : { ConditionExpression: 'v = :v', ExpressionAttributeValues: { ':v': from.version } }),
});

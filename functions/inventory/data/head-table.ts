import { ConditionalCheckFailedException, TransactionConflictException } from '@aws-sdk/client-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Heads } from '#inventory/app/ports';
import { InventoryDepleted, InventoryReplenished } from '#inventory/contract';
import { headPut } from '#inventory/data/head-put';
import { stockTable } from '#inventory/data/stock-table';
import type { Runtime } from '#shared/runtime';
import { mint } from '#shared/write';

export const headTable = (rt: Runtime<'db'>): Heads => ({
  ...stockTable(rt),

  async tell(from, to) {
    const { tenantId, sku, version, depleted } = to;
    const type = depleted ? InventoryDepleted.type : InventoryReplenished.type;
    try {
      await rt.db.send(
        new PutCommand(headPut(rt, from, to, [mint(rt, type, { tenantId, aggregateId: sku, version, data: { sku } })])),
      );
      return true;
    } catch (e) {
      if (e instanceof ConditionalCheckFailedException || e instanceof TransactionConflictException) return false;
      throw e;
    }
  },
});

import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { InventoryDepleted, InventoryReplenished } from '#inventory/contract';
import { stockTable } from '#inventory/table/stock-table';
import { summaryPut } from '#inventory/table/summary-item';
import type { SkuSummaries } from '#inventory/use-cases/ports';
import type { Runtime } from '#platform/runtime/runtime';
import { mintEvent } from '#platform/table/outbox';
import { isContended } from '#platform/table/transact';

export const summaryTable = (rt: Runtime<'db'>): SkuSummaries => ({
  ...stockTable(rt),

  async publish(from, to) {
    const { tenantId, sku, version, depleted } = to;
    const { type } = depleted ? InventoryDepleted : InventoryReplenished;
    const event = mintEvent(rt, type, { tenantId, aggregateId: sku, version, data: { sku } });
    try {
      await rt.db.send(new PutCommand(summaryPut(rt, { from, to, events: [event] })));
      return true;
    } catch (error) {
      if (isContended(error)) return false;
      throw error;
    }
  },
});

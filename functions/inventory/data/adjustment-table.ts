import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Adjustments } from '#inventory/app/ports';
import { StockAdjusted } from '#inventory/contract';
import { headPut } from '#inventory/data/head-put';
import { adjustmentKey } from '#inventory/data/keys';
import { shardChange, transact } from '#inventory/data/transact';
import type { Adjustment } from '#inventory/domain/adjustment';
import { touched } from '#inventory/domain/head';
import type { Runtime } from '#shared/runtime';
import { mint } from '#shared/write';

/** Where the head stands among the parts of an adjustment's transaction. */
const HEAD = 1;

export const adjustmentTable = (rt: Runtime<'db'>): Adjustments => {
  const TableName = rt.env('TABLE_NAME');

  return {
    async find(tenantId, id) {
      const Key = adjustmentKey(tenantId, id);
      const { Item } = await rt.db.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
      return Item && toAdjustment(Item);
    },

    async put(adjustment, head, draws) {
      const { tenantId, id, sku, delta } = adjustment;
      const next = touched(head);
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
        { Put: headPut(rt, head, next, [mint(rt, StockAdjusted.type, event)]) },
        ...draws.map((draw) => shardChange(rt, tenantId, draw, { received: true })),
      ]);
      if (typeof outcome === 'string') return outcome;
      if (outcome.first) return toAdjustment(outcome.first);
      return outcome.failed.includes(HEAD) ? 'contended' : 'short';
    },
  };
};

const toAdjustment = ({ tenantId, id, sku, delta, reason }: Record<string, unknown>): Adjustment =>
  ({ tenantId, id, sku, delta, reason }) as Adjustment;

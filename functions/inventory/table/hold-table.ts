import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { StockHeld, StockReleased } from '#inventory/contract';
import type { Hold } from '#inventory/domain/hold';
import { holdKey, openHoldShard } from '#inventory/table/keys';
import { toHeld } from '#inventory/table/open-holds';
import { shardChange } from '#inventory/table/transact';
import type { Holds } from '#inventory/use-cases/ports';
import type { Runtime } from '#platform/runtime/runtime';
import { listShardsOf } from '#platform/runtime/times';
import { IntegerSchema, OrderIdSchema, SkuSchema, TenantIdSchema } from '#platform/schemas';
import type { Item } from '#platform/table/batch-get';
import { getItem } from '#platform/table/get-item';
import { mintEvent, outboxAttributes } from '#platform/table/outbox';
import { parseItem } from '#platform/table/parse-item';
import { isContended, transact } from '#platform/table/transact';

export const holdTable = (rt: Runtime<'db'>): Holds => {
  const TableName = rt.env('TABLE_NAME');

  const eventsOf = ({ tenantId, orderId, state, allocations, version }: Hold) => {
    const { type } = state === 'open' ? StockHeld : StockReleased;
    const skus = [...new Set(allocations.map(({ sku }) => sku))];
    if (state === 'committed' || skus.length === 0) return [];
    return [mintEvent(rt, type, { tenantId, aggregateId: orderId, version, data: { skus } })];
  };

  const toItem = (hold: Hold) => {
    const { tenantId, orderId, state, allocations, version } = hold;
    return {
      ...holdKey(tenantId, orderId),
      tenantId,
      orderId,
      state,
      draws: allocations,
      ...(state === 'open' && {
        listPk: openHoldShard(tenantId, orderId, listShardsOf(rt.times, tenantId)),
        listSk: orderId,
        held: toHeld(hold),
      }),
      ...outboxAttributes(version, eventsOf(hold)),
    };
  };

  return {
    async find(tenantId, orderId) {
      const item = await getItem(rt, holdKey(tenantId, orderId));
      return item && toHold(item);
    },

    async put(hold) {
      const outcome = await transact(rt, [
        {
          Put: {
            TableName,
            Item: toItem(hold),
            ConditionExpression: 'attribute_not_exists(pk)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          },
        },
        ...hold.allocations.map((allocation) =>
          shardChange(rt, hold.tenantId, { ...allocation, quantity: -allocation.quantity, received: false }),
        ),
      ]);
      if (typeof outcome === 'string') return outcome;
      return outcome.existing ? toHold(outcome.existing) : 'short';
    },

    async update(from, to) {
      const put = {
        TableName,
        Item: toItem(to),
        ConditionExpression: 'v = :v AND #state = :state',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':v': from.version, ':state': from.state },
      };
      if (to.state === 'released') {
        const returned = from.allocations.map((allocation) =>
          shardChange(rt, to.tenantId, { ...allocation, received: false }),
        );
        return (await transact(rt, [{ Put: put }, ...returned])) === 'done' ? 'done' : 'contended';
      }
      try {
        await rt.db.send(new PutCommand(put));
        return 'done';
      } catch (error) {
        if (isContended(error)) return 'contended';
        throw error;
      }
    },
  };
};

const HoldItem = z.pipe(
  z.object({
    tenantId: TenantIdSchema,
    orderId: OrderIdSchema,
    state: z.enum(['open', 'committed', 'released']),
    draws: z.readonly(z.array(z.object({ sku: SkuSchema, shard: IntegerSchema, quantity: IntegerSchema }))),
    v: IntegerSchema,
  }),
  z.transform(({ draws, v, ...hold }): Hold => ({ ...hold, allocations: draws, version: v })),
);
const toHold = (item: Item): Hold => parseItem(HoldItem, item);

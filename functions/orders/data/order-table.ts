import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Orders } from '#orders/app/ports';
import { DUE, orderKey, orderList } from '#orders/data/keys';
import { movedEvent, placedEvent } from '#orders/data/order-events';
import type { Order } from '#orders/domain/order';
import type { Event } from '#shared/events';
import type { Runtime } from '#shared/runtime';
import { written } from '#shared/write';

export const orderTable = (rt: Runtime<'db'>): Orders => {
  const TableName = rt.env('TABLE_NAME');

  return {
    async find(tenantId, id) {
      const Key = orderKey(tenantId, id);
      const { Item } = await rt.db.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
      return Item && toOrder(Item);
    },

    /** One call and one write, also when it loses: the refusal carries the row that stands. */
    async putOrMeet(order) {
      try {
        const put = {
          ConditionExpression: 'attribute_not_exists(pk)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        } as const;
        await rt.db.send(new PutCommand({ TableName, Item: toItem(order, placedEvent(rt, order)), ...put }));
        return order;
      } catch (e) {
        if (e instanceof ConditionalCheckFailedException && e.Item) return toOrder(unmarshall(e.Item));
        throw e;
      }
    },

    async move(from, to) {
      try {
        await rt.db.send(
          new PutCommand({
            TableName,
            Item: toItem(to, movedEvent(rt, from, to)),
            ConditionExpression: '#status = :status AND #run = :run AND v = :v',
            ExpressionAttributeNames: { '#status': 'status', '#run': 'run' },
            ExpressionAttributeValues: { ':status': from.status, ':run': from.run, ':v': from.version },
          }),
        );
        return true;
      } catch (e) {
        if (e instanceof ConditionalCheckFailedException) return false;
        throw e;
      }
    },
  };
};

/** The correlation id lies in the event alone. */
const toItem = ({ version, correlationId: _, ...order }: Order, event: Event) => ({
  ...orderKey(order.tenantId, order.id),
  listPk: orderList(order.tenantId),
  listSk: `${order.history[0]?.at}#${order.id}`,
  ...(order.due && { duePk: DUE, dueSk: `${order.due}#${order.id}` }),
  ...order,
  ...written(version, [event]),
});

type Outbox = { readonly events: readonly Pick<Event, 'correlationId'>[] };

export const toOrder = (item: Record<string, unknown>): Order => {
  const { pk, sk, listPk, listSk, duePk, dueSk, out, v, ...order } = item;
  const { correlationId } = (out as Outbox | undefined)?.events[0] ?? {};
  return { ...order, ...(correlationId && { correlationId }), version: v } as Order;
};

import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Orders } from '#orders/app/ports';
import { DUE, dueOf, orderKey, orderList, orderOf } from '#orders/data/keys';
import { movedEvent, placedEvent } from '#orders/data/order-events';
import type { Order } from '#orders/domain/order';
import type { Event } from '#shared/events';
import { putIf, putOrMeet } from '#shared/put';
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

    async putOrMeet(order) {
      const standing = await putOrMeet(rt, toItem(order, placedEvent(rt, order)));
      return standing ? toOrder(standing) : order;
    },

    async move(from, to) {
      return putIf(rt, toItem(to, movedEvent(rt, from, to)), {
        ConditionExpression: '#status = :status AND #run = :run AND v = :v',
        ExpressionAttributeNames: { '#status': 'status', '#run': 'run' },
        ExpressionAttributeValues: { ':status': from.status, ':run': from.run, ':v': from.version },
      });
    },
  };
};

/**
 * What a key tells lies in no attribute beside it, and the correlation id in the event alone: an order of three lines is to fit
 * into 1 KB, the unit of every write.
 */
const toItem = ({ version, correlationId: _, tenantId, id, due, ...order }: Order, event: Event) => ({
  ...orderKey(tenantId, id),
  listPk: orderList(tenantId),
  listSk: `${order.history[0]?.at}#${id}`,
  ...(due && { duePk: DUE, dueSk: `${due}#${id}` }),
  ...order,
  ...written(version, [event]),
});

type Outbox = { readonly events: readonly Pick<Event, 'correlationId'>[] };

export const toOrder = (item: Record<string, unknown>): Order => {
  const { pk, sk, listPk, listSk, duePk, dueSk, out, v, ...order } = item;
  const { correlationId } = (out as Outbox | undefined)?.events[0] ?? {};
  const due = dueSk === undefined ? {} : { due: dueOf(dueSk as string) };
  return { ...orderOf(pk as string), ...order, ...due, ...(correlationId && { correlationId }), version: v } as Order;
};

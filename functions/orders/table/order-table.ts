import * as z from 'zod/mini';
import { ReasonSchema, StatusSchema } from '#orders/contract';
import { isInProgress, type Order } from '#orders/domain/order';
import {
  type DueMark,
  dueAtOf,
  dueEntry,
  dueShard,
  orderIdsOf,
  orderKey,
  orderShard,
  shardNumberOf,
} from '#orders/table/keys';
import { placedEvent, transitionEvent } from '#orders/table/order-events';
import type { Orders } from '#orders/use-cases/ports';
import type { Runtime } from '#platform/runtime/runtime';
import { IntegerSchema, MoneySchema, SkuSchema, StringSchema, textOf } from '#platform/schemas';
import { aggregateTable } from '#platform/table/aggregate-table';
import type { Item } from '#platform/table/batch-get';
import { parseItem } from '#platform/table/parse-item';

export const orderTable = (rt: Runtime<'db'>): Orders => {
  const table = aggregateTable<Order, Pick<Order, 'tenantId' | 'id'>>(rt, {
    keyOf: ({ tenantId, id }) => orderKey(tenantId, id),
    toItem,
    schema: OrderItem,
    toEvents: (from, to) => [from ? transitionEvent(rt, from, to) : placedEvent(rt, to)],
    guards: ['status', 'run'],
  });
  return { ...table, find: (tenantId, id) => table.find({ tenantId, id }) };
};

/**
 * Attributes leave out what the key holds, and the correlation id stands in the event alone: an order of three lines fits into
 * 1 KB, the unit of every write.
 */
const toItem = (order: Order) => {
  const { version: _, correlationId: __, tenantId, id, listShard, due, requestDigest, ...attributes } = order;
  return {
    ...orderKey(tenantId, id),
    listPk: orderShard(tenantId, listShard),
    listSk: `${order.history[0]?.at}#${id}`,
    ...(due && { duePk: dueShard(id), dueSk: dueEntry({ due, id, mark: dueMark(order) }) }),
    asked: requestDigest,
    ...attributes,
  };
};

const dueMark = (order: Order): DueMark => {
  if (isInProgress(order)) return { kind: order.status === 'placed' ? 'placed' : 'cancelling' };
  return order.waitsUntil ? { kind: 'waiting', waitsUntil: order.waitsUntil } : { kind: 'deadline' };
};

const OrderAttributes = z.object({
  pk: StringSchema,
  listPk: textOf(/#\d+$/),
  v: IntegerSchema,
  asked: StringSchema,
  lines: z.readonly(z.array(z.object({ sku: SkuSchema, quantity: IntegerSchema, unitPrice: MoneySchema }))),
  customer: z.object({ email: StringSchema }),
  payment: z.object({ token: StringSchema }),
  total: MoneySchema,
  status: StatusSchema,
  reason: z.optional(ReasonSchema),
  cause: z.optional(StringSchema),
  paid: z.optional(
    z.object({ reference: StringSchema, at: StringSchema, key: StringSchema, requestDigest: StringSchema }),
  ),
  run: IntegerSchema,
  restarts: IntegerSchema,
  deadline: z.optional(StringSchema),
  waitsUntil: z.optional(StringSchema),
  giveWays: z.optional(IntegerSchema),
  dueSk: z.optional(StringSchema),
  history: z.readonly(
    z.array(
      z.object({
        at: StringSchema,
        status: StatusSchema,
        reason: z.optional(ReasonSchema),
        cause: z.optional(StringSchema),
      }),
    ),
  ),
  out: z.optional(z.object({ events: z.array(z.object({ correlationId: z.optional(StringSchema) })) })),
});

const OrderItem = z.pipe(
  OrderAttributes,
  z.transform(({ pk, listPk, v, asked, dueSk, out, ...order }): Order => {
    const correlationId = out?.events[0]?.correlationId;
    return {
      ...orderIdsOf(pk),
      ...order,
      listShard: shardNumberOf(listPk),
      requestDigest: asked,
      ...(dueSk !== undefined && { due: dueAtOf(dueSk) }),
      ...(correlationId && { correlationId }),
      version: v,
    };
  }),
);

export const toOrder = (item: Item): Order => parseItem(OrderItem, item);

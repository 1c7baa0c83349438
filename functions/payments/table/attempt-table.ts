import * as z from 'zod/mini';
import { PaymentDeclined, PaymentReceived, PaymentRefunded } from '#payments/contract';
import type { Attempt } from '#payments/domain/attempt';
import { attemptKey } from '#payments/table/keys';
import type { Attempts } from '#payments/use-cases/ports';
import type { Event } from '#platform/messaging/events';
import type { BaseRuntime, Runtime } from '#platform/runtime/runtime';
import { MoneySchema, OrderIdSchema, TenantIdSchema } from '#platform/schemas';
import { aggregateTable } from '#platform/table/aggregate-table';
import { mintEvent } from '#platform/table/outbox';

export const attemptTable = (rt: Runtime<'db'>): Attempts => {
  const table = aggregateTable<Attempt, Pick<Attempt, 'tenantId' | 'orderId'>>(rt, {
    keyOf: ({ tenantId, orderId }) => attemptKey(tenantId, orderId),
    toItem: ({ version: _, ...attempt }) => ({ ...attemptKey(attempt.tenantId, attempt.orderId), ...attempt }),
    schema: AttemptItem,
    toEvents: (from, to) => (from ? eventsOf(rt, from, to) : []),
    guards: ['status'],
  });
  return { ...table, find: (tenantId, orderId) => table.find({ tenantId, orderId }) };
};

/**
 * The events of a change: money received, money refunded, a decline. So received less refunded is what Breakwater keeps, also where
 * both become known at once. Intents, voids and tombstones publish nothing.
 */
const eventsOf = (rt: BaseRuntime, from: Attempt, to: Attempt): readonly Event[] => {
  const { tenantId, orderId, version, total } = to;
  const eventOf = (type: Event['type'], amount: number) =>
    mintEvent(rt, type, { tenantId, aggregateId: orderId, version, data: { ...total, amount } });
  return [
    ...(to.captured > from.captured ? [eventOf(PaymentReceived.type, to.captured - from.captured)] : []),
    ...(to.refunded > from.refunded ? [eventOf(PaymentRefunded.type, to.refunded - from.refunded)] : []),
    ...(to.status === 'declined' && from.status === 'intended' ? [eventOf(PaymentDeclined.type, total.amount)] : []),
  ];
};

const AttemptItem = z.pipe(
  z.object({
    tenantId: TenantIdSchema,
    orderId: OrderIdSchema,
    status: z.enum(['intended', 'closed', 'captured', 'declined', 'settling', 'settled']),
    total: MoneySchema,
    captured: z.int(),
    refunded: z.int(),
    run: z.optional(z.int()),
    v: z.int(),
  }),
  z.transform(({ v, ...attempt }): Attempt => ({ ...attempt, version: v })),
);

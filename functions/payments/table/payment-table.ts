import * as z from 'zod/mini';
import { PaymentDeclined, PaymentDisputed, PaymentReceived, PaymentRefunded } from '#payments/contract';
import type { Payment } from '#payments/domain/payment';
import { reportGrowth } from '#payments/domain/report';
import type { metrics } from '#payments/errors';
import { attemptKey, RETURNS_LIST, returnDue } from '#payments/table/keys';
import type { Payments } from '#payments/use-cases/ports';
import type { Event } from '#platform/messaging/events';
import type { BaseRuntime, Runtime } from '#platform/runtime/runtime';
import { IntegerSchema, MoneySchema, OrderIdSchema, StringSchema, TenantIdSchema } from '#platform/schemas';
import { aggregateTable } from '#platform/table/aggregate-table';
import { mintEvent } from '#platform/table/outbox';

/** Payments with money to give back are in the index `due`. What was done outside is counted once it is stored. */
export const paymentTable = (rt: Runtime<'db'>): Payments => {
  const table = aggregateTable<Payment, Pick<Payment, 'tenantId' | 'orderId'>>(rt, {
    keyOf: ({ tenantId, orderId }) => attemptKey(tenantId, orderId),
    toItem: ({ version: _, ...payment }) => ({
      ...attemptKey(payment.tenantId, payment.orderId),
      ...payment,
      ...(payment.owed && { duePk: RETURNS_LIST, dueSk: returnDue(payment.owed.dueAt, payment) }),
    }),
    schema: PaymentItem,
    toEvents: (from, to) => eventsOf(rt, from ?? NOTHING_HAPPENED, to),
    guards: ['status'],
  });
  return {
    ...table,
    find: (tenantId, orderId) => table.find({ tenantId, orderId }),
    async update(from, to) {
      if (!(await table.update(from, to))) return false;
      for (const { n, kind, amount } of reportGrowth(from.reports, to.reports)) {
        const { tenantId, orderId, total } = to;
        const details = { tenantId, orderId, attempt: n, kind, amount, currency: total.currency };
        rt.metric('PaymentsChangedOutside' satisfies keyof typeof metrics, 1, details);
      }
      return true;
    },
  };
};

const sumOf = (amounts: readonly { readonly amount: number }[]) => amounts.reduce((sum, { amount }) => sum + amount, 0);
type Moved = Pick<Payment, 'attempts' | 'reports'>;
/** Before a payment was opened, or adopted after a restore with what is known of its attempts. */
const NOTHING_HAPPENED: Moved = { attempts: [] };
const capturedBy = ({ attempts }: Moved) => attempts.reduce((sum, { captured }) => sum + captured, 0);
const refundedBy = ({ attempts }: Moved) => attempts.reduce((sum, { refunded }) => sum + refunded, 0);
const declinedBy = ({ attempts }: Moved) => attempts.filter(({ status }) => status === 'declined').length;

/**
 * The events of a change, over all attempts: money received, money refunded, a decline, a dispute. So received less refunded is what
 * Breakwater keeps, also where both become known at once. Intents, voids and tombstones publish nothing.
 */
const eventsOf = (rt: BaseRuntime, from: Moved, to: Payment): readonly Event[] => {
  const { tenantId, orderId, version, total } = to;
  const eventOf = (type: Event['type'], amount: number, more: object = {}): readonly Event[] =>
    amount > 0
      ? [mintEvent(rt, type, { tenantId, aggregateId: orderId, version, data: { ...total, amount, ...more } })]
      : [];
  const added = reportGrowth(from.reports, to.reports);
  const refunded = refundedBy(to) - refundedBy(from);
  const unasked = Math.min(refunded, sumOf(added.filter(({ kind }) => kind === 'refunded')));
  return [
    ...eventOf(PaymentReceived.type, capturedBy(to) - capturedBy(from)),
    ...eventOf(PaymentRefunded.type, refunded - unasked),
    ...eventOf(PaymentRefunded.type, unasked, { unasked: true }),
    ...eventOf(PaymentDisputed.type, sumOf(added.filter(({ kind }) => kind === 'disputed'))),
    ...(declinedBy(to) > declinedBy(from) ? eventOf(PaymentDeclined.type, total.amount) : []),
  ];
};

const PaymentItem = z.pipe(
  z.object({
    tenantId: TenantIdSchema,
    orderId: OrderIdSchema,
    total: MoneySchema,
    status: z.enum(['open', 'settling', 'settled']),
    attempts: z.readonly(
      z.array(
        z.object({
          n: IntegerSchema,
          key: StringSchema,
          status: z.enum(['intended', 'closed', 'captured', 'declined', 'settled']),
          captured: IntegerSchema,
          refunded: IntegerSchema,
          run: z.optional(IntegerSchema),
        }),
      ),
    ),
    reports: z.optional(
      z.readonly(
        z.array(
          z.object({
            at: StringSchema,
            n: IntegerSchema,
            kind: z.enum(['refunded', 'disputed', 'contradicted']),
            amount: IntegerSchema,
            currency: z.optional(StringSchema),
            because: z.optional(StringSchema),
          }),
        ),
      ),
    ),
    owed: z.optional(z.object({ since: StringSchema, dueAt: StringSchema })),
    v: IntegerSchema,
  }),
  z.transform(({ v, ...payment }): Payment => ({ ...payment, version: v })),
);

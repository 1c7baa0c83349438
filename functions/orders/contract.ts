import * as z from 'zod/mini';
import type { Money, OrderId, Sku, TenantId } from '#platform/kernel';
import { defineEvent, type EventData } from '#platform/messaging/events';
import {
  InstantSchema,
  MoneySchema,
  OrderIdSchema,
  StringSchema,
  TenantIdSchema,
  wholeNumber,
} from '#platform/schemas';

/** An order's status alone decides every race (ADR 2). `confirmed` and `cancelled` are final. */
export const StatusSchema = z.enum([
  'placed',
  'awaiting_payment',
  'confirmed',
  'cancelling',
  'cancelled',
  'needs_attention',
]);

/** Why an order is or was unwound. */
export const ReasonSchema = z.enum([
  'cancelled_by_customer',
  'out_of_stock',
  'payment_declined',
  'payment_expired',
  /** Unpaid, it gave way to an order that needed its units. */
  'gave_way',
]);

const RunSchema = wholeNumber(1);
const RunData = z.object({ run: RunSchema });

/** An order was accepted; run 1 fulfils it. */
export const OrderPlaced = defineEvent('OrderPlaced.v1', () => RunData, OrderIdSchema);
/** The provider is unavailable: the customer must pay `total` another way by `deadline`, with the order's id as reference. Pauses extend the deadline; the order shows the one that holds. */
export const OrderAwaitingPayment = defineEvent(
  'OrderAwaitingPayment.v1',
  () => z.extend(RunData, { total: MoneySchema, deadline: InstantSchema }),
  OrderIdSchema,
);
/** The provider is unavailable: the order waits for it, and is charged by itself, until then or, where `until` is null, without end. */
export const OrderWaiting = defineEvent(
  'OrderWaiting.v1',
  () => z.extend(RunData, { until: z.nullable(InstantSchema) }),
  OrderIdSchema,
);
/** The order is final: its stock is held and it is paid. `total` is in minor units. */
export const OrderConfirmed = defineEvent(
  'OrderConfirmed.v1',
  () => z.extend(RunData, { total: MoneySchema, paidBy: z.enum(['provider', 'offline']) }),
  OrderIdSchema,
);
/** The order made no progress, was resumed, or may be charged again after a wait: its saga starts with this run number. */
export const OrderRestarted = defineEvent(
  'OrderRestarted.v1',
  () => z.extend(RunData, { saga: z.enum(['fulfil-order', 'unwind-order']) }),
  OrderIdSchema,
);
/** This run starts to unwind the order: it settles the money and releases the stock. */
export const OrderCancelling = defineEvent(
  'OrderCancelling.v1',
  () => z.extend(RunData, { reason: ReasonSchema }),
  OrderIdSchema,
);
/** The order holds no stock and keeps no money. */
export const OrderCancelled = defineEvent(
  'OrderCancelled.v1',
  () => z.extend(RunData, { reason: ReasonSchema }),
  OrderIdSchema,
);
/** The order cannot go on by itself. `POST /v1/orders/{id}/resume` continues once the cause is gone. */
export const OrderNeedsAttention = defineEvent(
  'OrderNeedsAttention.v1',
  () => z.extend(RunData, { cause: StringSchema }),
  OrderIdSchema,
);
export type OrderRunData = EventData<typeof OrderPlaced>;

/** All events of this context, by type. */
export const events = [
  OrderPlaced,
  OrderWaiting,
  OrderAwaitingPayment,
  OrderConfirmed,
  OrderRestarted,
  OrderCancelling,
  OrderCancelled,
  OrderNeedsAttention,
] as const;

/**
 * The input of both sagas and of each of their tasks. It has no order data, so each task reads the current order. `correlationId` comes
 * from the request that caused the run.
 */
export const SagaInput = z.object({
  tenantId: TenantIdSchema,
  orderId: OrderIdSchema,
  run: RunSchema,
  correlationId: z.optional(StringSchema),
});
export type SagaInput = z.infer<typeof SagaInput>;

/** An order as the tasks of other contexts see it. */
export type OrderForTask = {
  readonly lines: readonly { readonly sku: Sku; readonly quantity: number }[];
  readonly total: Money;
  readonly payment: { readonly token: string };
};

/** The order data that a customer's mail contains. */
export type CustomerOrder = {
  readonly email: string;
  readonly total: Money;
  readonly status: string;
  readonly reason?: string | undefined;
  /** The one that holds, extended by the pauses so far. */
  readonly deadline?: string | undefined;
};

/** What decides whether an order wants the provider's money. */
export type OrderForPayment = {
  readonly status: string;
  readonly total: Money;
  readonly isPaidOffline: boolean;
};

/** Reads the order with a strongly consistent read, whatever its status. Returns undefined if there is none. */
export type FindOrderForPayment = (tenantId: TenantId, orderId: OrderId) => Promise<OrderForPayment | undefined>;

/** Reads the order with a strongly consistent read, for its customer's mail. Returns undefined if there is none. */
export type FindOrderForCustomer = (tenantId: TenantId, orderId: OrderId) => Promise<CustomerOrder | undefined>;

/**
 * Reads the order with a strongly consistent read. Returns undefined unless it has this status and the run of the input. Every task
 * calls it before it acts: it is the fence.
 */
export type FindOrderForRun = (step: SagaInput, status: 'placed' | 'cancelling') => Promise<OrderForTask | undefined>;

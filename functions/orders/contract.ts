import * as z from 'zod/mini';
import { problems } from '#orders/errors';
import type { RouteGroup } from '#platform/http/route';
import { CurrencySchema, EmailSchema } from '#platform/input-schemas';
import type { Money, OrderId, Sku, TenantId } from '#platform/kernel';
import { defineEvent, type EventData } from '#platform/messaging/events';
import { MoneySchema, OrderIdSchema, SkuSchema, TenantIdSchema } from '#platform/schemas';
import { listQuery, pageOf } from '#platform/table/list-query';

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

/** The body of `POST /v1/orders`. Breakwater sets the price, total, status and tenant itself. */
export const PlaceOrder = z.strictObject({
  /** 1 to 20 lines, one per SKU, each of 1 to 999 units. */
  lines: z
    .array(z.strictObject({ sku: SkuSchema, quantity: z.int().check(z.minimum(1), z.maximum(999)) }))
    .check(z.minLength(1), z.maxLength(20)),
  customer: z.strictObject({ email: EmailSchema }),
  /** The payment provider's token for the customer's means of payment. */
  payment: z.strictObject({ token: z.string().check(z.minLength(1), z.maxLength(128)) }),
});
export type PlaceOrder = z.infer<typeof PlaceOrder>;

/** A payment that did not go through the provider: the whole total, in minor units. */
export const RecordPayment = z.strictObject({
  amount: z.int().check(z.minimum(0)),
  currency: CurrencySchema,
  /** The payer's or the bank's reference; kept with the order. */
  reference: z.string().check(z.minLength(1), z.maxLength(140)),
});

/** The tenant whose order an operator resumes. */
export const ResumeOrder = z.strictObject({ tenantId: TenantIdSchema });

/** An order as its tenant sees it. Fields may be added. */
export const OrderResponse = z.object({
  id: OrderIdSchema,
  status: StatusSchema,
  reason: z.optional(ReasonSchema),
  /** Why the order needs attention. */
  cause: z.optional(z.string()),
  lines: z.readonly(z.array(z.object({ sku: SkuSchema, quantity: z.int(), unitPrice: MoneySchema }))),
  customer: z.object({ email: z.string() }),
  total: MoneySchema,
  /** The order awaits its payment and is charged minutes after the provider's return. From `until` on it has instructions instead; null: never. */
  waiting: z.optional(z.object({ until: z.nullable(z.iso.datetime()) })),
  /**
   * How the customer pays while the provider is unavailable: the whole total, with this reference, before the deadline. The order will not be charged.
   * `deadline` is the one that holds, extended by the pauses of deadlines so far: while one lasts, it moves on with the time. Only in a replay of
   * `POST /v1/orders` it is the one that was set at first, which no pause makes earlier.
   */
  instructions: z.optional(
    z.object({
      reference: z.string(),
      amount: z.int(),
      currency: z.string(),
      deadline: z.optional(z.iso.datetime()),
    }),
  ),
  paid: z.optional(z.object({ reference: z.string(), at: z.iso.datetime() })),
  /**
   * What was refunded or disputed at the provider outside Breakwater, or what the provider says of the payment that cannot be true
   * (`contradicted`). Only `GET /v1/orders/{id}` shows it.
   */
  reports: z.optional(
    z.readonly(
      z.array(
        z.object({
          at: z.iso.datetime(),
          /** The attempt at the payment, from 1. */
          n: z.int(),
          kind: z.enum(['refunded', 'disputed', 'contradicted']),
          /** In minor units of the total's currency, or of `currency`. Of a contradiction, what the provider says that it keeps. */
          amount: z.int(),
          /** Only of a contradiction in another currency. */
          currency: z.optional(z.string()),
          /** Why a contradiction cannot be true. */
          because: z.optional(z.string()),
        }),
      ),
    ),
  ),
  history: z.readonly(
    z.array(
      z.object({
        at: z.iso.datetime(),
        status: StatusSchema,
        reason: z.optional(ReasonSchema),
        cause: z.optional(z.string()),
      }),
    ),
  ),
});
export type OrderResponse = z.input<typeof OrderResponse>;

const { order_not_found, order_confirmed, not_awaiting_payment, wrong_amount, not_parked } = problems;
const { unknown_sku, duplicate_sku, mixed_currencies, withdrawn_currency, total_too_large } = problems;
const params = { id: OrderIdSchema };

/** The routes that a shop uses to place and change orders. */
export const writeRoutes = {
  placeOrder: {
    method: 'POST',
    path: '/v1/orders',
    scope: 'tenant',
    idempotent: true,
    summary: 'Places an order. The same Idempotency-Key and body return the same order, in its current state.',
    body: PlaceOrder,
    responses: { 202: OrderResponse },
    problems: { unknown_sku, duplicate_sku, mixed_currencies, withdrawn_currency, total_too_large },
  },
  cancelOrder: {
    method: 'POST',
    path: '/v1/orders/{id}/cancel',
    scope: 'tenant',
    params,
    summary: 'Cancels an order that is not confirmed.',
    responses: { 202: OrderResponse },
    problems: { order_not_found, order_confirmed },
  },
  recordPayment: {
    method: 'POST',
    path: '/v1/orders/{id}/payments',
    scope: 'tenant',
    params,
    idempotent: true,
    summary: 'Records the offline payment of an order that is awaiting payment, once per Idempotency-Key.',
    body: RecordPayment,
    responses: { 201: OrderResponse },
    problems: { order_not_found, not_awaiting_payment, wrong_amount },
  },
} as const satisfies RouteGroup;

export const readRoutes = {
  listOrders: {
    method: 'GET',
    path: '/v1/orders',
    scope: 'tenant',
    summary: 'Lists the orders, newest first.',
    // pure calls, so that the bundles of all other functions drop these routes
    query: /* @__PURE__ */ listQuery('orders'),
    responses: { 200: /* @__PURE__ */ pageOf(OrderResponse) },
  },
  getOrder: {
    method: 'GET',
    path: '/v1/orders/{id}',
    scope: 'tenant',
    params,
    summary: 'Returns an order with its history.',
    responses: { 200: OrderResponse },
    problems: { order_not_found },
  },
} as const satisfies RouteGroup;

export const operatorRoutes = {
  resumeOrder: {
    method: 'POST',
    path: '/v1/orders/{id}/resume',
    scope: 'operator',
    params,
    summary: 'Resumes an order that needs attention, where it was parked.',
    body: ResumeOrder,
    responses: { 202: OrderResponse },
    problems: { order_not_found, not_parked },
  },
} as const satisfies RouteGroup;

const RunSchema = z.int().check(z.minimum(1));
const RunData = z.object({ run: RunSchema });

/** An order was accepted; run 1 fulfils it. */
export const OrderPlaced = defineEvent('OrderPlaced.v1', RunData, OrderIdSchema);
/** The provider is unavailable: the customer must pay `total` another way by `deadline`, with the order's id as reference. Pauses extend the deadline; the order shows the one that holds. */
export const OrderAwaitingPayment = defineEvent(
  'OrderAwaitingPayment.v1',
  z.extend(RunData, { total: MoneySchema, deadline: z.iso.datetime() }),
  OrderIdSchema,
);
/** The provider is unavailable: the order waits for it, and is charged by itself, until then or, where `until` is null, without end. */
export const OrderWaiting = defineEvent(
  'OrderWaiting.v1',
  z.extend(RunData, { until: z.nullable(z.iso.datetime()) }),
  OrderIdSchema,
);
/** The order is final: its stock is held and it is paid. `total` is in minor units. */
export const OrderConfirmed = defineEvent(
  'OrderConfirmed.v1',
  z.extend(RunData, { total: MoneySchema, paidBy: z.enum(['provider', 'offline']) }),
  OrderIdSchema,
);
/** The order made no progress, was resumed, or may be charged again after a wait: its saga starts with this run number. */
export const OrderRestarted = defineEvent(
  'OrderRestarted.v1',
  z.extend(RunData, { saga: z.enum(['fulfil-order', 'unwind-order']) }),
  OrderIdSchema,
);
/** This run starts to unwind the order: it settles the money and releases the stock. */
export const OrderCancelling = defineEvent(
  'OrderCancelling.v1',
  z.extend(RunData, { reason: ReasonSchema }),
  OrderIdSchema,
);
/** The order holds no stock and keeps no money. */
export const OrderCancelled = defineEvent(
  'OrderCancelled.v1',
  z.extend(RunData, { reason: ReasonSchema }),
  OrderIdSchema,
);
/** The order cannot go on by itself. `POST /v1/orders/{id}/resume` continues once the cause is gone. */
export const OrderNeedsAttention = defineEvent(
  'OrderNeedsAttention.v1',
  z.extend(RunData, { cause: z.string() }),
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
  correlationId: z.optional(z.string()),
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

import * as z from 'zod/mini';
import { ReasonSchema, StatusSchema } from '#orders/contract';
import { problems } from '#orders/errors';
import { platformProblems } from '#platform/http/problems';
import type { RouteGroup } from '#platform/http/route';
import { CurrencySchema, EmailSchema } from '#platform/input-schemas';
import {
  InstantSchema,
  IntegerSchema,
  listOf,
  MoneySchema,
  OrderIdSchema,
  SkuSchema,
  StringSchema,
  TenantIdSchema,
  text,
  wholeNumber,
} from '#platform/schemas';
import { listQuery, pageOf } from '#platform/table/list-query';
import { problems as tenantProblems } from '#tenants/errors';

// The input of these routes is built by pure calls, so that the bundles of functions that serve others drop it.

/** The body of `POST /v1/orders`. Breakwater sets the price, total, status and tenant itself. */
export const PlaceOrder = /* @__PURE__ */ (() =>
  z.strictObject({
    /** 1 to 20 lines, one per SKU, each of 1 to 999 units. */
    lines: listOf(z.strictObject({ sku: SkuSchema, quantity: wholeNumber(1, 999) }), 1, 20),
    customer: z.strictObject({ email: EmailSchema }),
    /** The payment provider's token for the customer's means of payment. */
    payment: z.strictObject({ token: text(128) }),
  }))();
export type PlaceOrder = z.infer<typeof PlaceOrder>;

/** A payment that did not go through the provider: the whole total, in minor units. */
export const RecordPayment = /* @__PURE__ */ (() =>
  z.strictObject({
    amount: wholeNumber(0),
    currency: CurrencySchema,
    /** The payer's or the bank's reference; kept with the order. */
    reference: text(140),
  }))();

/** The tenant whose order an operator resumes. */
export const ResumeOrder = z.strictObject({ tenantId: TenantIdSchema });

/** An order as its tenant sees it. Fields may be added. */
export const OrderResponse = () =>
  z.object({
    id: OrderIdSchema,
    status: StatusSchema,
    reason: z.optional(ReasonSchema),
    /** Why the order needs attention. */
    cause: z.optional(StringSchema),
    lines: z.readonly(z.array(z.object({ sku: SkuSchema, quantity: IntegerSchema, unitPrice: MoneySchema }))),
    customer: z.object({ email: StringSchema }),
    total: MoneySchema,
    /** The order awaits its payment and is charged minutes after the provider's return. From `until` on it has instructions instead; null: never. */
    waiting: z.optional(z.object({ until: z.nullable(InstantSchema) })),
    /**
     * How the customer pays while the provider is unavailable: the whole total, with this reference, before the deadline. The order will not be charged.
     * `deadline` is the one that holds, extended by the pauses of deadlines so far: while one lasts, it moves on with the time. Only in a replay of
     * `POST /v1/orders` it is the one that was set at first, which no pause makes earlier.
     */
    instructions: z.optional(
      z.object({
        reference: StringSchema,
        amount: IntegerSchema,
        currency: StringSchema,
        deadline: z.optional(InstantSchema),
      }),
    ),
    paid: z.optional(z.object({ reference: StringSchema, at: InstantSchema })),
    /**
     * What was refunded or disputed at the provider outside Breakwater, or what the provider says of the payment that cannot be true
     * (`contradicted`). Only `GET /v1/orders/{id}` shows it.
     */
    reports: z.optional(
      z.readonly(
        z.array(
          z.object({
            at: InstantSchema,
            /** The attempt at the payment, from 1. */
            n: IntegerSchema,
            kind: z.enum(['refunded', 'disputed', 'contradicted']),
            /** In minor units of the total's currency, or of `currency`. Of a contradiction, what the provider says that it keeps. */
            amount: IntegerSchema,
            /** Only of a contradiction in another currency. */
            currency: z.optional(StringSchema),
            /** Why a contradiction cannot be true. */
            because: z.optional(StringSchema),
          }),
        ),
      ),
    ),
    history: z.readonly(
      z.array(
        z.object({
          at: InstantSchema,
          status: StatusSchema,
          reason: z.optional(ReasonSchema),
          cause: z.optional(StringSchema),
        }),
      ),
    ),
  });
export type OrderResponse = z.input<ReturnType<typeof OrderResponse>>;

const { order_not_found, order_confirmed, not_awaiting_payment, wrong_amount, not_parked } = problems;
const { unknown_sku, duplicate_sku, mixed_currencies, withdrawn_currency, total_too_large } = problems;
const { too_many_open_orders } = problems;
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
    problems: {
      ...{ unknown_sku, duplicate_sku, mixed_currencies, withdrawn_currency, total_too_large },
      too_many_open_orders,
    },
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
    responses: { 200: () => pageOf(OrderResponse()) },
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

/** As long as an offline payment may take. */
const MAX_POLICY_MINUTES = 4_320;
const PolicyMinutes = z.nullable(wholeNumber(0, MAX_POLICY_MINUTES));

/** What a tenant's orders do while the provider is unavailable. Minutes; `null` means never. */
export const TenantPolicy = z.strictObject({
  /** From when an order first awaits its payment to its instructions for an offline payment; until then it waits for the provider. Default 5. */
  offlineAfterMinutes: PolicyMinutes,
  /** From these instructions to when the units of the unpaid order may go to an order that would be out of stock. Default null. No pause of deadlines counts, and within one no order gives way. */
  giveWayAfterMinutes: PolicyMinutes,
});
export type TenantPolicy = z.infer<typeof TenantPolicy>;

const { conflict } = platformProblems;
const { tenant_not_found } = tenantProblems;
const policyParams = { tenantId: TenantIdSchema };

export const policyRoutes = {
  getPolicy: {
    method: 'GET',
    path: '/v1/tenants/{tenantId}/policy',
    scope: 'operator',
    params: policyParams,
    summary: "Returns a tenant's policy for orders that await their payment, or the defaults.",
    responses: { 200: () => TenantPolicy },
    problems: { tenant_not_found },
  },
  putPolicy: {
    method: 'PUT',
    path: '/v1/tenants/{tenantId}/policy',
    scope: 'operator',
    params: policyParams,
    summary: "Replaces a tenant's policy. It counts for decisions from now on.",
    body: TenantPolicy,
    responses: { 200: () => TenantPolicy },
    problems: { tenant_not_found, conflict },
  },
} as const satisfies RouteGroup;

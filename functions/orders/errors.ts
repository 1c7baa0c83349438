import type { Problems } from '#platform/http/problems';
import type { Metrics } from '#platform/manifest';
import { type SagaErrors, UNPROCESSABLE } from '#platform/saga/saga-error';

export const problems = {
  order_not_found: {
    status: 404,
    title: 'There is no such order.',
    detail: 'Check the id. It is in the response to the order and in its Location header.',
  },
  order_confirmed: {
    status: 409,
    title: 'The order is confirmed and can no longer be cancelled.',
    detail: 'Read the order to see its current status.',
  },
  not_awaiting_payment: {
    status: 409,
    title: 'The order is not awaiting a payment.',
    detail:
      'Read the order to see its current status and, if it has instructions, its deadline, which has passed then. ' +
      'Return the payment if you have already received it.',
  },
  not_parked: {
    status: 409,
    title: 'The order does not need attention.',
    detail: 'Read the order to see its current status. Only an order in `needs_attention` can be resumed.',
  },
  wrong_amount: {
    status: 422,
    title: "The payment does not match the order's total and currency.",
    detail: 'Record a payment of exactly the amount in the instructions of the order.',
  },
  unknown_sku: {
    status: 422,
    title: 'A line refers to a product that does not exist.',
    detail: 'Order only products of the catalogue.',
  },
  duplicate_sku: {
    status: 422,
    title: 'Two lines refer to the same product.',
    detail: 'Send one line per product, with the sum of the quantities.',
  },
  mixed_currencies: {
    status: 422,
    title: 'The products have prices in different currencies.',
    detail: 'Place one order per currency.',
  },
  withdrawn_currency: {
    status: 422,
    title: 'The products have a price in a currency that is no longer active.',
    detail: 'Put the products again with a price in an active currency of ISO 4217.',
  },
  total_too_large: {
    status: 422,
    title: 'The total exceeds the limit of an order.',
    detail: 'Split the order. `limit` has the most that one order may total in its currency, in minor units.',
  },
  too_many_open_orders: {
    status: 429,
    title: 'Too many orders are being processed.',
    detail:
      'Wait until some of your orders are confirmed or cancelled, a minute at least, and send the request again with the same Idempotency-Key.',
    headers: { 'retry-after': '60' },
  },
} as const satisfies Problems;

export const sagaErrors = {
  /** The order is no longer in the task's run, or a tombstone exists. The write that moved the order has published what follows. */
  Superseded: { name: 'Superseded', message: 'the order has moved on' },
  /** Of any task of the sagas: no retry helps, so the order is parked. */
  Unprocessable: UNPROCESSABLE,
  /** Orders that gave way still hold the units that this one needs. */
  UnitsReturning: { name: 'UnitsReturning', message: 'orders that gave way are still releasing their units' },
} as const satisfies SagaErrors;

export const metrics = {
  OrdersRestarted: {
    alarm: {
      text: 'Orders made no progress for minutes, and the sweeper started their sagas again.',
      runbook: 'sweeper-findings',
    },
  },
  /** Orders behind the canaries of their tenant and saga, none of which made progress: these orders are not restarted while the cause lasts. */
  OrdersHeldBack: {
    alarm: {
      text: 'Many orders of a tenant make no progress, nor do its canaries: only canaries are restarted until the cause is gone.',
      runbook: 'sweeper-findings',
    },
  },
  /** Orders without progress for more than 23 hours: the stream's records of their last writes may have been given up. */
  OrdersMayHaveLostEvents: {
    alarm: {
      text: 'Orders have made no progress for more than 23 hours: their events may have been given up.',
      runbook: 'relay-behind',
    },
  },
  /** The sweep could not read or write these orders. It went on with the others. */
  OrdersNotSwept: {
    alarm: { text: 'The sweeper could not read or write an order.', runbook: 'sweeper-findings' },
  },
  /** Tenants whose further orders are refused until fewer of their orders are open. */
  TenantsAtOrderLimit: {
    alarm: {
      text: 'A tenant has as many open orders as the stage allows: its further orders are answered with 429.',
      runbook: 'too-many-open-orders',
    },
  },
  /** The time was over before all open orders were counted, so a tenant may have more of them than the stage allows. */
  OpenOrdersNotCounted: {
    alarm: { text: 'The sweeper had no time to count all open orders.', runbook: 'too-many-open-orders' },
  },
  /** Some customers never pay, so only many expired orders are worth a look. Deadlines end at the time of day at which they began. */
  OrdersExpired: {
    alarm: {
      text: 'Within 6 hours, at least 20 orders were cancelled at their payment deadline, and more than a fifth as many as were placed.',
      runbook: 'orders-expired',
      share: { ofWorkflow: 'fulfil-order', percent: 20, minimum: 20, hours: 6 },
    },
  },
  /** Orders that waited for the provider and are charged now. */
  OrdersReleased: {},
  /** Orders that waited for the provider long enough and are paid offline now. */
  OrdersMadeOffline: {},
  /** Unpaid orders whose units went to another order. */
  OrdersGaveWay: {},
  OrdersParked: {
    alarm: { text: 'An order cannot go on by itself and needs attention.', runbook: 'orders-parked' },
  },
} as const satisfies Metrics;

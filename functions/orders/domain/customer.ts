import { isWaiting } from '#orders/domain/channel';
import { type Line, type Moment, type Order, startCancelling, transitionTo } from '#orders/domain/order';
import type { Pause } from '#orders/domain/pause';
import { canBePaid } from '#orders/domain/payment-time';
import { err, type Money, ok, type Result, replayOf } from '#platform/kernel';
import { maxMoney } from '#platform/money';

export type OrderRequest = Pick<Order, 'tenantId' | 'id' | 'requestDigest' | 'listShard' | 'customer' | 'payment'> & {
  readonly lines: readonly [Line, ...Line[]];
};

/** The total exceeds `limit`, which depends on the currency. */
export type TotalTooLarge = { readonly refusal: 'total_too_large'; readonly limit: Money };

/**
 * A new order, or why there is none. It is deterministic: the caller provides the id, the digest and the time. A total within the
 * limit is exact, because the limit of every currency is far below the largest safe integer.
 */
export function createOrder(
  request: OrderRequest,
  moment: Moment,
): Result<Order, 'mixed_currencies' | 'withdrawn_currency' | TotalTooLarge> {
  const { currency } = request.lines[0].unitPrice;
  if (request.lines.some((line) => line.unitPrice.currency !== currency)) return err('mixed_currencies');
  const limit = maxMoney(currency);
  if (!limit) return err('withdrawn_currency');
  const amount = request.lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice.amount, 0);
  if (amount > limit.amount) return err({ refusal: 'total_too_large', limit });
  const draft = { ...request, total: { amount, currency }, run: 1, restarts: 0, version: 0, history: [] };
  return ok(transitionTo({ ...draft, status: 'placed' }, 'placed', moment));
}

/**
 * The customer cancels, at any time before the confirmation. Repeating it is success, whatever the order is unwound for. An order that
 * was parked while it was unwound keeps its reason. A confirmed order stays confirmed.
 */
export function cancelByCustomer(order: Order, moment: Moment): Result<Order, 'order_confirmed'> {
  const { status } = order;
  if (status === 'confirmed') return err('order_confirmed');
  if (status === 'cancelling' || status === 'cancelled') return ok(order);
  const { cause: _, ...rest } = order;
  return ok(startCancelling(rest, order.reason ?? 'cancelled_by_customer', moment));
}

/** A payment that did not go through the provider, with the idempotency key and the digest of its request. */
export type OfflinePaymentRequest = {
  readonly amount: Money;
  readonly reference: string;
  readonly key: string;
  readonly requestDigest: string;
};

/**
 * An offline payment of the whole total, in time, confirms an order that awaits it. Pauses extend its deadline. Repeating its request
 * returns the same order. An order that waits for the provider takes no payment: it will be charged.
 */
export function recordOfflinePayment(
  order: Order,
  { amount, reference, key, requestDigest }: OfflinePaymentRequest,
  { pauses, ...moment }: Moment & { readonly pauses: readonly Pause[] },
): Result<Order, 'key_reused' | 'not_awaiting_payment' | 'waiting_for_provider' | 'wrong_amount'> {
  if (order.paid?.key === key) {
    const replay = replayOf(order, order.paid.requestDigest, requestDigest);
    return replay.ok ? ok(order) : replay;
  }
  if (isWaiting(order)) return err('waiting_for_provider');
  if (!canBePaid(order, { at: moment.at, pauses })) return err('not_awaiting_payment');
  const { total } = order;
  if (amount.amount !== total.amount || amount.currency !== total.currency) return err('wrong_amount');
  const paid = { reference, key, requestDigest, at: moment.at };
  return ok(transitionTo({ ...order, paid }, 'confirmed', moment));
}

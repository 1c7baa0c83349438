import { type Limits, type Line, moved, type OfflinePayment, type Order, unwind } from '#orders/domain/order';
import { err, type Instant, type Money, ok, type Result } from '#shared/kernel';

export type Asked = Pick<Order, 'tenantId' | 'id' | 'asked' | 'customer' | 'payment'> & {
  readonly lines: readonly [Line, ...Line[]];
};

/** In minor units. */
export const LARGEST_TOTAL = 100_000_00;

/** A new order, or the reason why there is none. Deterministic: the caller brings the id, the digest and the time. */
export function place(
  asked: Asked,
  at: Instant,
  limits: Limits,
): Result<Order, 'mixed_currencies' | 'total_too_large'> {
  const { currency } = asked.lines[0].unitPrice;
  if (asked.lines.some((line) => line.unitPrice.currency !== currency)) return err('mixed_currencies');
  const amount = asked.lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice.amount, 0);
  if (amount > LARGEST_TOTAL) return err('total_too_large');
  const nothing = { ...asked, total: { amount, currency }, run: 1, restarts: 0, version: 0, history: [] };
  return ok(moved({ ...nothing, status: 'placed' }, 'placed', at, limits));
}

/** The customer's way out. Asking twice is success, whatever the order is unwound for; what is confirmed stays. */
export function cancel(order: Order, at: Instant, limits: Limits): Result<Order, 'order_confirmed'> {
  if (order.status === 'confirmed') return err('order_confirmed');
  if (order.status !== 'placed' && order.status !== 'awaiting_payment') return ok(order);
  return ok(unwind(order, 'cancelled_by_customer', at, limits));
}

/** Money that came another way confirms an order that waits for it, whole and in time. Repeating it by its key is success. */
export function pay(
  order: Order,
  amount: Money,
  paid: OfflinePayment,
  limits: Limits,
): Result<Order, 'not_awaiting_payment' | 'wrong_amount'> {
  if (order.paid?.key === paid.key) return ok(order);
  if (order.status !== 'awaiting_payment' || overdue(order, paid.at)) return err('not_awaiting_payment');
  const { total } = order;
  if (amount.amount !== total.amount || amount.currency !== total.currency) return err('wrong_amount');
  return ok(moved({ ...order, paid }, 'confirmed', paid.at, limits));
}

const overdue = ({ deadline }: Order, at: Instant) => deadline !== undefined && deadline <= at;

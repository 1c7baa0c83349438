import { err, type Money, type OrderId, ok, type Result, type Sku, type TenantId } from '#shared/kernel';

/** The only arbiter of an order. `confirmed` and `cancelled` are final. */
export type Status = 'placed' | 'confirmed' | 'cancelling' | 'cancelled';
export type Reason = 'cancelled_by_customer' | 'out_of_stock' | 'payment_declined';
export type Line = { readonly sku: Sku; readonly quantity: number; readonly unitPrice: Money };
export type Entry = { readonly at: string; readonly status: Status; readonly reason?: Reason };

export type Order = {
  readonly tenantId: TenantId;
  readonly id: OrderId;
  /** Digest of what the client asked for, to tell a replay from another body under the same key. */
  readonly asked: string;
  readonly lines: readonly Line[];
  readonly customer: { readonly email: string };
  readonly payment: { readonly token: string };
  readonly total: Money;
  readonly status: Status;
  /** Why it is being or was unwound. */
  readonly reason?: Reason;
  /** The saga execution in charge; raised by every move to `cancelling`. */
  readonly run: number;
  readonly version: number;
  readonly history: readonly Entry[];
};

export type Asked = Pick<Order, 'tenantId' | 'id' | 'asked' | 'customer' | 'payment'> & {
  readonly lines: readonly [Line, ...Line[]];
};

/** In minor units. */
export const LARGEST_TOTAL = 100_000_00;

/** A new order, or the reason why there is none. Deterministic: the caller brings the id, the digest and the time. */
export function place(asked: Asked, at: string): Result<Order, 'mixed_currencies' | 'total_too_large'> {
  const { currency } = asked.lines[0].unitPrice;
  if (asked.lines.some((line) => line.unitPrice.currency !== currency)) return err('mixed_currencies');
  const amount = asked.lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice.amount, 0);
  if (amount > LARGEST_TOTAL) return err('total_too_large');
  const history = [{ at, status: 'placed' as const }];
  return ok({ ...asked, total: { amount, currency }, status: 'placed', run: 1, version: 1, history });
}

/** The customer's way out. Asking twice is success; what is confirmed stays. */
export function cancel(order: Order, at: string): Result<Order, 'order_confirmed'> {
  if (order.status === 'confirmed') return err('order_confirmed');
  if (order.status !== 'placed') return ok(order);
  return ok(unwind(order, 'cancelled_by_customer', at));
}

/** The saga of `run` has stock and money. Repeating it is success. */
export function confirm(order: Order, run: number, at: string): Result<Order, 'superseded'> {
  if (order.run !== run) return err('superseded');
  if (order.status === 'confirmed') return ok(order);
  return order.status === 'placed' ? ok(moved(order, 'confirmed', at)) : err('superseded');
}

/** The saga of `run` met a refusal. Repeating it is success while its unwinding is the last thing that happened. */
export function refuse(order: Order, run: number, reason: Reason, at: string): Result<Order, 'superseded'> {
  if (order.run === run && order.status === 'placed') return ok(unwind(order, reason, at));
  const repeated = order.run === run + 1 && order.reason === reason;
  return repeated ? ok(order) : err('superseded');
}

/** The unwinding saga of `run` has settled the money and released the stock. Repeating it is success. */
export function close(order: Order, run: number, at: string): Result<Order, 'superseded'> {
  if (order.run !== run) return err('superseded');
  if (order.status === 'cancelled') return ok(order);
  return order.status === 'cancelling' ? ok(moved(order, 'cancelled', at)) : err('superseded');
}

const unwind = (order: Order, reason: Reason, at: string): Order => ({
  ...moved({ ...order, reason }, 'cancelling', at),
  run: order.run + 1,
});

const moved = (order: Order, status: Status, at: string): Order => {
  const entry = { at, status, ...(order.reason && { reason: order.reason }) };
  return { ...order, status, version: order.version + 1, history: [...order.history, entry] };
};

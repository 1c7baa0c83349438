import { type Instant, later, type Money, type OrderId, type Sku, type TenantId } from '#shared/kernel';

/** The only arbiter of an order. `confirmed` and `cancelled` are final. */
export type Status = 'placed' | 'awaiting_payment' | 'confirmed' | 'cancelling' | 'cancelled' | 'needs_attention';
export type Reason = 'cancelled_by_customer' | 'out_of_stock' | 'payment_declined' | 'expired' | 'payment_expired';
export type Line = { readonly sku: Sku; readonly quantity: number; readonly unitPrice: Money };
export type Entry = {
  readonly at: Instant;
  readonly status: Status;
  readonly reason?: Reason;
  readonly cause?: string;
};
/** A payment that did not go through the provider. `key` tells a repeat from a second payment. */
export type OfflinePayment = { readonly reference: string; readonly at: Instant; readonly key: string };

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
  /** Why a person must look at it. */
  readonly cause?: string;
  readonly paid?: OfflinePayment;
  /** The saga execution in charge; raised by every move to `cancelling` and every restart. */
  readonly run: number;
  /** How often the sweeper has started this status's saga again. */
  readonly restarts: number;
  /** When the status must have been left; absent where nothing is awaited. */
  readonly deadline?: Instant;
  /** When the sweeper looks at it next. */
  readonly due?: Instant;
  readonly version: number;
  /** Of the request that last moved it; what no request causes goes on under it. */
  readonly correlationId?: string;
  readonly history: readonly Entry[];
};

export type Limits = {
  readonly orderDeadlineMs: number;
  readonly paymentDeadlineMs: number;
  readonly standstillMs: number;
  readonly longestStandstillMs: number;
  readonly parkAfterMs: number;
};

const deadlines = (limits: Limits): Partial<Record<Status, number>> => ({
  placed: limits.orderDeadlineMs,
  awaiting_payment: limits.paymentDeadlineMs,
  cancelling: limits.parkAfterMs,
});

/** The order in another status: its history, its deadline and when the sweeper is to look at it follow. */
export const moved = (order: Order, status: Status, at: Instant, limits: Limits): Order => {
  const { deadline: _, due: __, ...rest } = order;
  const ms = deadlines(limits)[status];
  const entry: Entry = {
    at,
    status,
    ...(order.reason && { reason: order.reason }),
    ...(status === 'needs_attention' && order.cause && { cause: order.cause }),
  };
  const next = { ...rest, status, restarts: 0, version: order.version + 1, history: [...order.history, entry] };
  return ms === undefined ? next : due({ ...next, deadline: later(at, ms) }, at, limits);
};

/** To `cancelling`, whoever asks: the unwinding saga follows from the write. */
export const unwind = (order: Order, reason: Reason, at: Instant, limits: Limits): Order => ({
  ...moved({ ...order, reason }, 'cancelling', at, limits),
  run: order.run + 1,
});

/** The same status, its saga started anew. */
export const restarted = (order: Order, at: Instant, limits: Limits): Order =>
  due({ ...order, run: order.run + 1, restarts: order.restarts + 1, version: order.version + 1 }, at, limits);

const due = (order: Order, at: Instant, limits: Limits): Order => {
  const { deadline, status, restarts } = order;
  if (!deadline || status === 'awaiting_payment') return { ...order, ...(deadline && { due: deadline }) };
  const still = later(at, Math.min(limits.standstillMs * 2 ** restarts, limits.longestStandstillMs));
  return { ...order, due: still < deadline ? still : deadline };
};

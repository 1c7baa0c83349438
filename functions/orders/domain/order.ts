import { addMs, type Instant, type Money, type OrderId, type Sku, type TenantId } from '#platform/kernel';

/** The only arbiter of an order (ADR 2). `confirmed` and `cancelled` are final. */
export type Status = 'placed' | 'awaiting_payment' | 'confirmed' | 'cancelling' | 'cancelled' | 'needs_attention';
export type Reason = 'cancelled_by_customer' | 'out_of_stock' | 'payment_declined' | 'expired' | 'payment_expired';
export type Line = { readonly sku: Sku; readonly quantity: number; readonly unitPrice: Money };
export type HistoryEntry = {
  readonly at: Instant;
  readonly status: Status;
  readonly reason?: Reason | undefined;
  readonly cause?: string | undefined;
};
/** A payment that did not go through the provider. `key` tells a repeat from a second payment, the digest from another request. */
export type OfflinePayment = {
  readonly reference: string;
  readonly at: Instant;
  readonly key: string;
  readonly requestDigest: string;
};

export type Order = {
  readonly tenantId: TenantId;
  readonly id: OrderId;
  /** Digest of the client's request, to distinguish a replay from another body under the same key. */
  readonly requestDigest: string;
  readonly lines: readonly Line[];
  readonly customer: { readonly email: string };
  readonly payment: { readonly token: string };
  readonly total: Money;
  readonly status: Status;
  /** Why it is or was unwound. */
  readonly reason?: Reason | undefined;
  /** Why a person must handle it. */
  readonly cause?: string | undefined;
  readonly paid?: OfflinePayment | undefined;
  /** The number of its current saga execution. Every transition to `cancelling` and every restart raises it. */
  readonly run: number;
  /** How often the sweeper has restarted the saga of the current status. */
  readonly restarts: number;
  /** When the order must have left its status; absent where it waits for nothing. */
  readonly deadline?: Instant | undefined;
  /** When the sweeper examines it next. */
  readonly due?: Instant | undefined;
  readonly version: number;
  /** Of the request that last changed it. Work that no request caused continues under it. */
  readonly correlationId?: string | undefined;
  readonly history: readonly HistoryEntry[];
};

export type Limits = {
  readonly orderDeadlineMs: number;
  readonly paymentDeadlineMs: number;
  readonly standstillMs: number;
  readonly maxStandstillMs: number;
  readonly parkAfterMs: number;
};

/** The time of a decision about an order, and the stage's limits on how long an order may take. */
export type Moment = { readonly at: Instant; readonly limits: Limits };

const deadlinesMs = (limits: Limits): Partial<Record<Status, number>> => ({
  placed: limits.orderDeadlineMs,
  awaiting_payment: limits.paymentDeadlineMs,
  cancelling: limits.parkAfterMs,
});

/** The order in another status, with its history, its deadline and the time of the sweeper's next examination. */
export const transitionTo = (order: Order, status: Status, moment: Moment): Order => {
  const { at, limits } = moment;
  const { deadline: _, due: __, ...rest } = order;
  const deadlineMs = deadlinesMs(limits)[status];
  const entry: HistoryEntry = {
    at,
    status,
    ...(order.reason && { reason: order.reason }),
    ...(status === 'needs_attention' && order.cause && { cause: order.cause }),
  };
  const next = { ...rest, status, restarts: 0, version: order.version + 1, history: [...order.history, entry] };
  return deadlineMs === undefined ? next : withDue({ ...next, deadline: addMs(at, deadlineMs) }, moment);
};

/** To `cancelling`, whatever the cause. The saga that unwinds the order follows from the write. */
export const startCancelling = (order: Order, reason: Reason, moment: Moment): Order => ({
  ...transitionTo({ ...order, reason }, 'cancelling', moment),
  run: order.run + 1,
});

/** The same status with a new run of its saga. */
export const restart = (order: Order, moment: Moment): Order =>
  withDue({ ...order, run: order.run + 1, restarts: order.restarts + 1, version: order.version + 1 }, moment);

/** An order that awaits its payment is due at its deadline; any other also when its saga makes no progress. */
const withDue = (order: Order, { at, limits }: Moment): Order => {
  const { deadline, status, restarts } = order;
  if (!deadline || status === 'awaiting_payment') return { ...order, ...(deadline && { due: deadline }) };
  const standstill = addMs(at, Math.min(limits.standstillMs * 2 ** restarts, limits.maxStandstillMs));
  return { ...order, due: standstill < deadline ? standstill : deadline };
};

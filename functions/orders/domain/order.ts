import { addMs, type Instant, type Money, type OrderId, type Sku, type TenantId } from '#platform/kernel';

/** The only arbiter of an order (ADR 2). `confirmed` and `cancelled` are final. */
export type Status = 'placed' | 'awaiting_payment' | 'confirmed' | 'cancelling' | 'cancelled' | 'needs_attention';
export type Reason = 'cancelled_by_customer' | 'out_of_stock' | 'payment_declined' | 'payment_expired' | 'gave_way';
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
  /** The shard of the tenant's list of orders in which it stays from its placement on. */
  readonly listShard: number;
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
  /** The number of its current saga execution. Every transition to `cancelling`, return to `placed` and restart raises it. */
  readonly run: number;
  /** How often the sweeper has restarted the saga of the current status, canaries aside. */
  readonly restarts: number;
  /** When the customer must have paid: only while the order awaits an offline payment. A pause extends it. */
  readonly deadline?: Instant | undefined;
  /** While the order waits for the provider (ADR 83): when it becomes offline. `never` sorts after every time. */
  readonly waitsUntil?: Instant | 'never' | undefined;
  /** How often unpaid orders gave way to it; absent as long as none did. */
  readonly giveWays?: number | undefined;
  /** When the sweeper examines it next. */
  readonly due?: Instant | undefined;
  readonly version: number;
  /** Of the request that last changed it. Work that no request caused continues under it. */
  readonly correlationId?: string | undefined;
  readonly history: readonly HistoryEntry[];
};

export type Limits = {
  readonly paymentDeadlineMs: number;
  readonly standstillMs: number;
  readonly maxStandstillMs: number;
  readonly canaryMs: number;
  readonly parkAfterMs: number;
};

/** The time of a decision about an order, and the stage's limits on how long an order may take. */
export type Moment = { readonly at: Instant; readonly limits: Limits };

/** Whether the order waits for us alone: its saga must make progress, and the sweeper restarts that saga if it does not. */
export const isInProgress = ({ status }: Pick<Order, 'status'>): boolean =>
  status === 'placed' || status === 'cancelling';

/** Since when the order has its status; an order that became offline counts from then. */
export const statusSince = ({ history }: Pick<Order, 'history'>): Instant =>
  // the history of an order begins with it, so it is never empty
  (history.at(-1) as HistoryEntry).at;

/**
 * The order in another status, with its history and, while its saga must make progress, the time of the sweeper's next examination. It
 * keeps no deadline of its previous status.
 */
export const transitionTo = (order: Order, status: Status, moment: Moment): Order => {
  const { deadline: _, due: __, waitsUntil: ___, ...rest } = order;
  const entry: HistoryEntry = {
    at: moment.at,
    status,
    ...(order.reason && { reason: order.reason }),
    ...(status === 'needs_attention' && order.cause && { cause: order.cause }),
  };
  const next = { ...rest, status, restarts: 0, version: order.version + 1, history: [...order.history, entry] };
  return isInProgress(next) ? withDue(next, moment) : next;
};

/** To `cancelling`, whatever the cause. The saga that unwinds the order follows from the write. */
export const startCancelling = (order: Order, reason: Reason, moment: Moment): Order => ({
  ...transitionTo({ ...order, reason }, 'cancelling', moment),
  run: order.run + 1,
});

/** Back to `placed` with a new run. The saga that fulfils the order follows from the write. */
export const returnToPlaced = (order: Order, moment: Moment): Order => ({
  ...transitionTo(order, 'placed', moment),
  run: order.run + 1,
});

/** The same status with a new run of its saga, after which the sweeper waits longer than before. */
export const restart = (order: Order, moment: Moment): Order =>
  withDue({ ...order, run: order.run + 1, restarts: order.restarts + 1, version: order.version + 1 }, moment);

const withDue = (order: Order, { at, limits }: Moment): Order => ({
  ...order,
  due: addMs(at, Math.min(limits.standstillMs * 2 ** order.restarts, limits.maxStandstillMs)),
});

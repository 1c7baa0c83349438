import type { OrderRecords } from './order-records.ts';
import { checkAttempts, checkMoney } from './payment-checks.ts';
import type { SkuQuantity, Violation } from './table-rows.ts';

export type AuditOptions = {
  /** Nothing is in progress: every order must have ended, and every customer must have been notified. */
  readonly atRest: boolean;
  /** As an ISO 8601 time in UTC. */
  readonly now: string;
};

/** A time in which no deadline passes. Without an end it lasts. */
export type AuditPause = { readonly from: string; readonly until?: string | undefined };

/** How far past its deadline an order may be before the audit reports it. */
const TOLERANCE_MS = 30 * 60_000;
/** The longest that an order that waits for us alone may stay in a status. */
const MAX_STATUS_MS = 24 * 60 * 60_000;
const FINAL_STATUSES = ['confirmed', 'cancelled'];

const addMs = (at: string, ms: number) => new Date(Date.parse(at) + ms).toISOString();

/** The units per SKU as text that is the same for the same units, in whatever order and split they are listed. */
export const sumBySku = (quantities: readonly SkuQuantity[]): string => {
  const sums = new Map<string, number>();
  for (const { sku, quantity } of quantities) sums.set(sku, (sums.get(sku) ?? 0) + quantity);
  return [...sums]
    .map(([sku, quantity]) => `${quantity} ${sku}`)
    .sort()
    .join(', ');
};

const checkHold = (id: string, { order, hold }: OrderRecords, { atRest, now }: AuditOptions): readonly Violation[] => {
  if (!order) return hold ? [{ invariant: 11, message: `the hold of ${id} belongs to no order` }] : [];
  if (order.status === 'cancelled' && hold && hold.state !== 'released')
    return [{ invariant: 5, message: `cancelled order ${id}: its hold is ${hold.state}` }];
  if (order.status !== 'confirmed')
    return hold?.state === 'committed'
      ? [{ invariant: 11, message: `${order.status} order ${id}: its hold is committed` }]
      : [];
  // a worker commits the hold some time after the order is confirmed
  const mayStillBeOpen = !atRest && addMs(order.changedAt, TOLERANCE_MS) > now && hold?.state === 'open';
  if (hold?.state !== 'committed' && !mayStillBeOpen)
    return [{ invariant: 11, message: `confirmed order ${id}: its hold is ${hold?.state ?? 'missing'}` }];
  if (hold?.units === order.lines) return [];
  return [
    { invariant: 11, message: `confirmed order ${id}: its lines are ${order.lines}, but its hold has ${hold?.units}` },
  ];
};

/** Whether the order should have left its status by now. One that waits without end never should. */
const isLate = (
  { deadline, waitsUntil, changedAt }: NonNullable<OrderRecords['order']>,
  now: string,
  pauses: readonly AuditPause[],
): boolean => {
  if (waitsUntil === 'never') return false;
  const pausedMs = pauses
    .map(
      ({ from, until = now }) =>
        Date.parse(until < now ? until : now) - Date.parse(from > changedAt ? from : changedAt),
    )
    .reduce((sum, ms) => sum + Math.max(0, ms), 0);
  const dueAt = deadline ? addMs(deadline, pausedMs) : (waitsUntil ?? addMs(changedAt, MAX_STATUS_MS));
  return addMs(dueAt, TOLERANCE_MS) < now;
};

/** No other reason ends an order. */
const REASONS = ['cancelled_by_customer', 'out_of_stock', 'payment_declined', 'payment_expired', 'gave_way'];

const checkReason = (id: string, { order }: OrderRecords): readonly Violation[] =>
  order?.status === 'cancelled' && !REASONS.includes(order.reason ?? '')
    ? [{ invariant: 8, message: `order ${id} is cancelled because of ${order.reason ?? 'nothing'}` }]
    : [];

const checkProgress = (
  id: string,
  { order, notifiedStatuses }: OrderRecords,
  { atRest, now, pauses }: AuditOptions & { readonly pauses: readonly AuditPause[] },
): readonly Violation[] => {
  if (!order) return [];
  const { status, changedAt } = order;
  const isFinal = FINAL_STATUSES.includes(status);
  const isOpen = !isFinal && status !== 'needs_attention';
  if (isOpen && (atRest || isLate(order, now, pauses)))
    return [{ invariant: 8, message: `order ${id} is still ${status}, since ${changedAt}` }];
  if (!atRest || !isFinal || notifiedStatuses.includes(status)) return [];
  return [{ invariant: 6, message: `order ${id} is ${status}, but its customer was not notified` }];
};

/** While an order may still change, so may its money. */
const checkPayment = (id: string, records: OrderRecords, { atRest }: AuditOptions): readonly Violation[] => {
  const { order } = records;
  if (order && !FINAL_STATUSES.includes(order.status)) return [];
  return [...checkMoney(id, records), ...(atRest ? checkAttempts(id, records) : [])];
};

export const checkOrder = (
  id: string,
  records: OrderRecords,
  options: AuditOptions & { readonly pauses: readonly AuditPause[] },
): readonly Violation[] => [
  ...checkReason(id, records),
  ...checkPayment(id, records, options),
  ...checkHold(id, records, options),
  ...checkProgress(id, records, options),
];

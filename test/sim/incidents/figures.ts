import { orderIdsOf } from '#orders/table/keys';
import { createTableAudit, type Row } from '../../../ops/audit/table-audit.ts';
import type { Recovery } from './order-watch.ts';

const SECOND = 1_000;
/** Why an order may be cancelled: its customer, want of stock or money, its payment deadline, or other customers who wait. */
const ACCEPTABLE_REASONS = [
  ...['cancelled_by_customer', 'out_of_stock', 'payment_declined', 'payment_expired'],
  'gave_way',
];
/** The refund keys of Breakwater end with this. An operator's refund by hand has another key. */
const OWN_REFUND = '.refund';
const MAX_VIOLATIONS = 10;

/** The figures of an incident. Times in seconds from the repair; null where nothing of the kind happened. */
export type Figures = {
  readonly placed: number;
  readonly confirmed: number;
  /** Orders whose customers know how to pay and have not paid. */
  readonly unpaid: number;
  readonly cancelledByCustomer: number;
  readonly declined: number;
  readonly soldOut: number;
  readonly paymentExpired: number;
  readonly gaveWay: number;
  readonly expired: number;
  /** Orders that Breakwater gave money back for. */
  readonly refunded: number;
  /** Orders that needed a person at some moment. */
  readonly parked: number;
  /** Orders that ended for none of the acceptable reasons, and accepted ones that are missing though their customers came back. */
  readonly lost: number;
  /** Accepted orders that are missing, and whose customers did not come back. */
  readonly missing: number;
  /** Confirmed orders without exactly their total at the provider, and ended or missing ones that the provider keeps money of. */
  readonly wrongMoney: number;
  readonly deadLetters: number;
  readonly restarts: number;
  readonly busiestSecond: number;
  readonly firstRestart: number | null;
  readonly firstProgress: number | null;
  /** Null if an order that was open at the repair never settled, or if none was open. */
  readonly lastSettled: number | null;
  readonly unsettled: number;
  /** What the audit of the table reports, at most ten of them. */
  readonly violations: readonly string[];
};

export type Evidence = {
  /** All items of the table after the incident. */
  readonly rows: readonly Row[];
  /** The ids of all accepted orders. */
  readonly acceptedIds: readonly string[];
  /** Those of customers who did not come back after their order was gone. */
  readonly abandonedIds: ReadonlySet<string>;
  readonly parked: number;
  readonly deadLetters: number;
  readonly recovery: Recovery;
  readonly nowMs: number;
};

type Money = { readonly kept: number; readonly wasRefunded: boolean };
const NO_MONEY: Money = { kept: 0, wasRefunded: false };

/** The provider's money by order. Its keys are `<tenant>.<order>`, or that with the number of a further attempt. */
const moneyByOrder = (rows: readonly Row[]): ReadonlyMap<string, Money> => {
  const sums = new Map<string, Money>();
  for (const row of rows) {
    if (row.sk !== 'charge') continue;
    const [, orderId = ''] = String(row['key']).split('.');
    const { kept, wasRefunded } = sums.get(orderId) ?? NO_MONEY;
    const refunds = row['refunds'] as readonly string[];
    sums.set(orderId, {
      kept: kept + Number(row['captured']) - Number(row['refunded']),
      wasRefunded: wasRefunded || refunds.some((key) => key.endsWith(OWN_REFUND)),
    });
  }
  return sums;
};

const isMoneyWrong = (order: Row | undefined, kept: number): boolean => {
  if (order?.['status'] !== 'confirmed') return kept > 0 && (!order || order['status'] === 'cancelled');
  const total = (order['total'] as { readonly amount: number }).amount;
  return kept !== (order['paid'] === undefined ? total : 0);
};

/** The largest number of times within one second. The times ascend. */
export const busiestSecondOf = (timesMs: readonly number[]): number => {
  let from = 0;
  let most = 0;
  for (const [n, timeMs] of timesMs.entries()) {
    while (timeMs - (timesMs[from] ?? timeMs) >= SECOND) from += 1;
    most = Math.max(most, n - from + 1);
  }
  return most;
};

const recoveryFigures = ({ repairedAtMs, restartTimesMs, ...recovery }: Recovery) => {
  const secondsUntil = (timeMs: number | undefined) =>
    timeMs === undefined ? null : Math.round((timeMs - repairedAtMs) / 100) / 10;
  return {
    restarts: restartTimesMs.length,
    busiestSecond: busiestSecondOf(restartTimesMs),
    firstRestart: secondsUntil(restartTimesMs[0]),
    firstProgress: secondsUntil(recovery.firstProgressAtMs),
    lastSettled: recovery.openCount > 0 ? null : secondsUntil(recovery.lastSettledAtMs),
    unsettled: recovery.openCount,
  };
};

const auditOf = (rows: readonly Row[], nowMs: number): readonly string[] => {
  const audit = createTableAudit({ atRest: false, now: new Date(nowMs).toISOString() });
  for (const row of rows) audit.addRow(row);
  return audit.report().violations.map(({ invariant, message }) => `${invariant}: ${message}`);
};

export const figuresOf = (evidence: Evidence): Figures => {
  const { rows, acceptedIds, abandonedIds, parked, deadLetters } = evidence;
  const orders = new Map(
    rows.filter(({ sk }) => sk === 'order').map((row) => [String(orderIdsOf(row.pk).id), row] as const),
  );
  const money = moneyByOrder(rows);
  const ids = [...new Set([...acceptedIds, ...orders.keys()])];
  const count = (isCounted: (order: Row | undefined, id: string) => boolean) =>
    ids.filter((id) => isCounted(orders.get(id), id)).length;
  const countStatus = (status: string) => count((order) => order?.['status'] === status);
  const countReason = (reason: string) =>
    count((order) => order?.['status'] === 'cancelled' && order['reason'] === reason);
  const isLost = (order: Row | undefined, id: string) =>
    order
      ? order['status'] === 'cancelled' && !ACCEPTABLE_REASONS.includes(String(order['reason']))
      : !abandonedIds.has(id);
  return {
    placed: ids.length,
    confirmed: countStatus('confirmed'),
    unpaid: countStatus('awaiting_payment'),
    cancelledByCustomer: countReason('cancelled_by_customer'),
    declined: countReason('payment_declined'),
    soldOut: countReason('out_of_stock'),
    paymentExpired: countReason('payment_expired'),
    gaveWay: countReason('gave_way'),
    expired: countReason('expired'),
    refunded: count((_, id) => money.get(id)?.wasRefunded === true),
    parked,
    lost: count(isLost),
    missing: count((order, id) => !order && abandonedIds.has(id)),
    wrongMoney: count((order, id) => isMoneyWrong(order, (money.get(id) ?? NO_MONEY).kept)),
    deadLetters,
    ...recoveryFigures(evidence.recovery),
    violations: auditOf(rows, evidence.nowMs).slice(0, MAX_VIOLATIONS),
  };
};

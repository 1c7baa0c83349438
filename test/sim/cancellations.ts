import { isWaiting } from './channels.ts';
import type { Item } from './refusals.ts';

/** In milliseconds since 1970. */
type Interval = { readonly from: number; readonly until: number };
const REASONS = ['cancelled_by_customer', 'out_of_stock', 'payment_declined', 'payment_expired', 'gave_way'];

/** A sweep that began before a pause does not know of it. It lasts less than this. */
const MAX_SWEEP_MS = 60_000;

type Options = {
  readonly now: () => number;
  readonly paymentDeadlineMs: number;
  readonly report: (message: string) => void;
};

/**
 * No order ends but by its customer, by want of stock or money, by its payment deadline, or because it gave way (invariant 23). The
 * cause must be so: the customer has cancelled, the provider has declined, and the deadline, extended by every pause, has passed.
 */
export const watchCancellations = ({ now, paymentDeadlineMs, report }: Options) => {
  const cancelledByCustomer = new Set<string>();
  const latest = new Map<string, Item>();
  const declined = new Set<string>();
  /** Tenants whose unpaid orders give way. */
  const givesWay = new Set<string>();
  let pauses: Interval[] = [];

  /** When the payment of the order is overdue: its deadline, and for how long deadlines were paused since it began. */
  const overdueAt = (order: Item): number => {
    const deadline = Date.parse(String(order['deadline']));
    let counted = deadline - paymentDeadlineMs;
    let pausedMs = 0;
    // a moment in two pauses counts once
    for (const { from, until } of pauses.filter((pause) => pause.from + MAX_SWEEP_MS <= now())) {
      const start = Math.max(counted, from);
      counted = Math.max(counted, Math.min(until, now()));
      pausedMs += Math.max(0, counted - start);
    }
    return deadline + pausedMs;
  };

  const problemOf = (name: string, old: Item, reason: string): string | undefined => {
    if (!REASONS.includes(reason)) return `because ${reason}`;
    if (reason === 'cancelled_by_customer' && !cancelledByCustomer.has(name))
      return 'and its customer did not ask for it';
    if (reason === 'payment_declined' && !declined.has(name)) return 'as declined, and no charge of it was declined';
    if (reason === 'payment_expired' && (isWaiting(old) || now() < overdueAt(old)))
      return `as unpaid, and its deadline is ${new Date(overdueAt(old)).toISOString()}`;
    if (reason === 'gave_way' && (old['status'] !== 'awaiting_payment' || isWaiting(old)))
      return `to give way, and it was ${isWaiting(old) ? 'waiting' : old['status']}`;
    if (reason === 'gave_way' && !givesWay.has(name.split('.')[0] ?? ''))
      return 'to give way, and the policy of its tenant says never';
    return undefined;
  };

  return {
    onOrder(tenant: string, old: Item | undefined, next: Item | undefined) {
      if (!next) return;
      const name = `${tenant}.${next.pk.split('#').slice(3).join('#')}`;
      latest.set(name, next);
      const isEnding = next['status'] === 'cancelling' || next['status'] === 'cancelled';
      if (!old || !isEnding || old['status'] === 'cancelling' || old['reason'] !== undefined) return;
      const problem = problemOf(name, old, String(next['reason']));
      if (problem) report(`${name} is cancelled ${problem}, at ${new Date(now()).toISOString()}`);
    },
    onPolicy(tenant: string, _: Item | undefined, next: Item | undefined) {
      if (typeof next?.['giveWayAfterMinutes'] === 'number') givesWay.add(tenant);
      else givesWay.delete(tenant);
    },
    onCharge(tenant: string, _: Item | undefined, next: Item | undefined) {
      if (next?.['status'] !== 'declined') return;
      declined.add(`${tenant}.${String(next['key']).split('.')[1]}`);
    },
    /** The table was restored, and has these pauses. What customers and the provider have done stays so. */
    onRestore(restoredPauses: readonly Interval[]) {
      latest.clear();
      pauses = [...restoredPauses];
    },
    /** The customer of this order asks for its cancellation. */
    onCustomerCancels: (tenant: string, orderId: string) => void cancelledByCustomer.add(`${tenant}.${orderId}`),
    /** The operator pauses deadlines for this time. */
    onPause: (from: number, until: number) => void pauses.push({ from, until }),
    /** The orders that need attention at the moment, and the status that each was parked from. */
    parkedOrders: () =>
      [...latest].flatMap(([name, { status, history }]) => {
        if (status !== 'needs_attention') return [];
        const [tenantId = '', id = ''] = name.split('.');
        const parkedFrom = (history as readonly { readonly status: string }[]).at(-2)?.status ?? '';
        return [{ tenantId, id, parkedFrom }];
      }),
    /** Whether the customer of this order may pay it offline at the moment. */
    isPayable(tenant: string, orderId: string): boolean {
      const order = latest.get(`${tenant}.${orderId}`);
      return order?.['status'] === 'awaiting_payment' && !isWaiting(order) && now() < overdueAt(order);
    },
  };
};

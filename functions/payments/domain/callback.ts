import { keptAmount } from '#payments/domain/charge-state';
import { type Attempt, MAX_ATTEMPTS, type Payment } from '#payments/domain/payment';
import { reportedAmount } from '#payments/domain/report';
import type { Money, OrderId, TenantId } from '#platform/kernel';

/** What a callback says of a key. It is a reason to look at the key's state, and never more (ADR 81). */
export type ChargeReport = Money & {
  readonly status: 'captured' | 'declined' | 'refunded' | 'disputed';
};

export type AttemptIds = { readonly tenantId: TenantId; readonly orderId: OrderId; readonly n: number };

/** The attempt that a provider's key names, whether or not it exists. `n` is above the limit where no order has such an attempt. */
export const attemptIdsOf = (key: string): AttemptIds => {
  const [tenantId, orderId, n = '1'] = key.split('.') as [TenantId, OrderId, string?];
  return { tenantId, orderId, n: Number(n) };
};

export const isPossibleAttempt = ({ n }: Pick<AttemptIds, 'n'>) => n <= MAX_ATTEMPTS;

/** A charge is of the order's total; a refund or a dispute of at most what was captured. Both in the order's currency. */
export const isPlausible = ({ status, amount, currency }: ChargeReport, total: Money, captured = 0): boolean => {
  if (currency !== total.currency) return false;
  if (status === 'captured' || status === 'declined') return amount === total.amount;
  return amount <= (captured || total.amount);
};

/** Whether the callback reports something that the payment does not know. Amounts of refunds and disputes are sums until now. */
export const isNews = ({ status, amount }: ChargeReport, { reports }: Payment, attempt: Attempt): boolean => {
  switch (status) {
    case 'captured':
      return attempt.captured < amount || (attempt.status === 'settled' && keptAmount(attempt) > 0);
    case 'declined':
      return attempt.status === 'intended' || attempt.status === 'captured';
    case 'refunded':
      return attempt.refunded < amount;
    case 'disputed':
      return reportedAmount(reports, { n: attempt.n, kind: 'disputed' }) < amount;
  }
};

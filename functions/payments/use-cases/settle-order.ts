import type { FindOrderForRun, SagaInput } from '#orders/contract';
import {
  type Attempt,
  attemptTombstone,
  markSettled,
  providerKey,
  refundKey,
  startSettling,
} from '#payments/domain/attempt';
import type { Attempts, Provider } from '#payments/use-cases/ports';
import { err, ok, type Result } from '#platform/kernel';

type Ports = { readonly orders: FindOrderForRun; readonly attempts: Attempts; readonly provider: Provider };
type SettleResult = Result<Attempt, 'superseded' | 'refused' | 'unknown' | 'contended'>;
type UndoOutcome = Exclude<Awaited<ReturnType<Provider['void'] | Provider['refund']>>, 'captured'>;

/**
 * Ensures that Breakwater keeps none of the order's money: first marks the attempt, so that no charge in flight counts any more,
 * then voids it, and refunds what was captured all the same. The circuit breaker does not apply: a charge can wait, a settlement
 * must continue, and one failing refund must not block a whole shop's charges (ADR 20).
 */
export const settleOrder =
  ({ orders, attempts, provider }: Ports) =>
  async (step: SagaInput): Promise<SettleResult> => {
    const order = await orders(step, 'cancelling');
    if (!order) return err('superseded');
    const attempt = await attempts.putIfAbsent(attemptTombstone({ ...step, total: order.total }));
    const settling = startSettling(attempt);
    if (settling !== attempt && !(await attempts.update(attempt, settling))) return err('contended');
    if (settling.status === 'settled') return ok(settling);

    const outcome = await undoCharge(provider, settling);
    if (outcome === 'unknown' || outcome === 'refused') return err(outcome);
    const settled = markSettled(settling, outcome);
    return (await attempts.update(settling, settled)) ? ok(settled) : err('contended');
  };

const undoCharge = async (provider: Provider, attempt: Attempt): Promise<UndoOutcome> => {
  const outcome = await provider.void(providerKey(attempt));
  return outcome === 'captured' ? provider.refund(providerKey(attempt), refundKey(attempt), attempt.total) : outcome;
};

import type { FindOrderForRun, SagaInput } from '#orders/contract';
import { attemptsToSettle, markSettled, type Payment, paymentTombstone, startSettling } from '#payments/domain/payment';
import type { ReturnPorts } from '#payments/use-cases/return-money';
import { undoCharge } from '#payments/use-cases/undo-charge';
import { err, ok, type Result } from '#platform/kernel';

type Ports = ReturnPorts & { readonly orders: FindOrderForRun };
/** Undefined: the order is free, and has no payment. */
type SettleResult = Result<Payment | undefined, 'superseded' | 'refused' | 'unknown' | 'contended'>;

/**
 * Ensures that Breakwater keeps none of the order's money: first marks the payment, so that no charge in flight counts any more, then
 * undoes every attempt for which anything may have been sent. Each is stored when it is done, and one that is refused does not keep the
 * others. The circuit breaker does not apply: a charge can wait, a settlement must continue, and one failing refund must not block a
 * whole shop's charges (ADR 20).
 */
export const settleOrder =
  ({ orders, payments, now, ...undoPorts }: Ports) =>
  async (step: SagaInput): Promise<SettleResult> => {
    const order = await orders(step, 'cancelling');
    if (!order) return err('superseded');
    if (order.total.amount === 0) return ok(undefined);
    const payment = await payments.putIfAbsent(paymentTombstone({ ...step, total: order.total }));
    let current = startSettling(payment);
    if (current !== payment && !(await payments.update(payment, current))) return err('contended');
    let isRefused = false;
    for (const attempt of attemptsToSettle(current)) {
      const undone = await undoCharge(undoPorts)(attempt, payment.total);
      if (!undone.ok && undone.error === 'unknown') return undone;
      isRefused ||= !undone.ok;
      if (!undone.ok) continue;
      const settled = markSettled(current, attempt, { state: undone.value, at: now() });
      if (!(await payments.update(current, settled))) return err('contended');
      current = settled;
    }
    return isRefused ? err('refused') : ok(current);
  };

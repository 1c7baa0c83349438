import { markSettled, owedAttempts, type Payment } from '#payments/domain/payment';
import type { Provider } from '#payments/use-cases/ports';
import type { RecordPorts } from '#payments/use-cases/record-state';
import { undoCharge } from '#payments/use-cases/undo-charge';
import { err, ok, type Result } from '#platform/kernel';

export type ReturnPorts = RecordPorts & { readonly provider: Provider };
export type ReturnRefusal = 'refused' | 'unknown' | 'contended';

/** Gives back what the provider keeps of attempts that are over. What fails stays recorded as owed, and may be tried again. */
export const returnOwed =
  ({ payments, provider, now }: ReturnPorts) =>
  async (payment: Payment): Promise<Result<Payment, ReturnRefusal>> => {
    let current = payment;
    for (const attempt of owedAttempts(payment)) {
      const undone = await undoCharge(provider)(attempt, payment.total);
      if (!undone.ok) return undone;
      const next = markSettled(current, attempt, { state: undone.value, at: now() });
      if (!(await payments.update(current, next))) return err('contended');
      current = next;
    }
    return ok(current);
  };

import { markSettled, owedAttempts, type Payment } from '#payments/domain/payment';
import type { RecordPorts } from '#payments/use-cases/record-state';
import { type UndoPorts, undoCharge } from '#payments/use-cases/undo-charge';
import { err, ok, type Result } from '#platform/kernel';

export type ReturnPorts = RecordPorts & UndoPorts;
export type ReturnRefusal = 'refused' | 'unknown' | 'contended';

/** Gives back what the provider keeps of attempts that are over. What fails stays recorded as owed, and may be tried again. */
export const returnOwed =
  (ports: ReturnPorts) =>
  async (payment: Payment): Promise<Result<Payment, ReturnRefusal>> => {
    let current = payment;
    for (const attempt of owedAttempts(payment)) {
      const undone = await undoCharge(ports)(attempt, payment.total);
      if (!undone.ok) return undone;
      const next = markSettled(current, attempt, { state: undone.value, at: ports.now() });
      if (!(await ports.payments.update(current, next))) return err('contended');
      current = next;
    }
    return ok(current);
  };

import { markSettled, owedAttempts, type Payment } from '#payments/domain/payment';
import type { PaymentsDue } from '#payments/use-cases/ports';
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

const PAGE_SIZE = 25;

/** How many payments owe money no longer, and how many could not be returned because a person is needed. */
export type ReturnReport = { readonly returned: number; readonly refused: number };

/** Tries every payment that owes money once, until the time is over. */
export const returnAllOwed =
  (ports: ReturnPorts & { readonly due: Pick<PaymentsDue, 'returns'> }) =>
  async (hasTimeLeft: () => boolean): Promise<ReturnReport> => {
    const counts = { returned: 0, refused: 0 };
    let cursor = '';
    for (let isLast = false; !isLast; ) {
      const page = await ports.due.returns(cursor, PAGE_SIZE);
      for (const { tenantId, orderId } of page) {
        if (!hasTimeLeft()) return counts;
        const payment = await ports.payments.find(tenantId, orderId);
        const result = payment && (await returnOwed(ports)(payment));
        if (result?.ok && result.value !== payment) counts.returned += 1;
        if (result?.ok === false && result.error === 'refused') counts.refused += 1;
      }
      cursor = page.at(-1)?.cursor ?? '';
      isLast = page.length < PAGE_SIZE;
    }
    return counts;
  };

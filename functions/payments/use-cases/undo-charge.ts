import { afterRefund, type ChargeState, checkState, keptAmount } from '#payments/domain/charge-state';
import { type Attempt, refundKey } from '#payments/domain/payment';
import type { Provider, ReportContradiction } from '#payments/use-cases/ports';
import { err, type Money, ok, type Result } from '#platform/kernel';

/** A capture between look and void, or a refund by hand between look and refund, needs another look. */
const MAX_LOOKS = 3;

export type UndoPorts = { readonly provider: Provider; readonly reportContradiction: ReportContradiction };
type UndoResult = Result<ChargeState, 'refused' | 'unknown'>;

/**
 * Ensures that the provider keeps nothing of an attempt: looks, refunds what was captured less what was refunded, and otherwise voids
 * the key. Where nothing is left to refund, it is done. Refused: the provider refuses, or what it says needs a person.
 */
export const undoCharge =
  (ports: UndoPorts) =>
  async (attempt: Attempt, total: Money): Promise<UndoResult> => {
    for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
      const answer = await ports.provider.status(attempt.key);
      if (answer === 'unknown') return err('unknown');
      const checked = checkForUndo(attempt, total, answer);
      if (!checked.ok) {
        ports.reportContradiction({ charge: attempt.key, because: checked.error, state: answer });
        return err('refused');
      }
      const state = checked.value;
      if (answer.captured > 0 && keptAmount(state) === 0) return ok(state);
      const undone = await (keptAmount(state) > 0 ? refundKept : voidKey)(ports.provider, { attempt, state });
      if (undone) return undone;
    }
    return err('refused');
  };

type Charge = { readonly attempt: Attempt; readonly state: ChargeState };

/** Our refund key works once, so money that came after it needs a person. */
const checkForUndo = (attempt: Attempt, total: Money, answer: ChargeState): Result<ChargeState, string> => {
  const checked = checkState(total, answer, attempt);
  const isRefundUsed = checked.ok && checked.value.returned > 0 && keptAmount(checked.value) > 0;
  return isRefundUsed ? err('it keeps money after our refund') : checked;
};

/** Undefined where the state must be read again. */
const refundKept = async (provider: Provider, { attempt, state }: Charge): Promise<UndoResult | undefined> => {
  const amount = keptAmount(state);
  const outcome = await provider.refund(attempt.key, refundKey(attempt), { amount, currency: state.currency });
  if (outcome === 'unknown') return err('unknown');
  return outcome === 'refunded' ? ok(afterRefund(state, amount)) : undefined;
};

const voidKey = async (provider: Provider, { attempt, state }: Charge): Promise<UndoResult | undefined> => {
  const outcome = await provider.void(attempt.key);
  if (outcome === 'voided') return ok({ ...state, status: 'voided' });
  return outcome === 'captured' ? undefined : err(outcome);
};

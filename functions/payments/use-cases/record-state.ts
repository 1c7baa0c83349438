import type { ChargeState } from '#payments/domain/charge-state';
import { type Attempt, type Payment, withState } from '#payments/domain/payment';
import type { Payments } from '#payments/use-cases/ports';
import { err, type Instant, ok, type Result } from '#platform/kernel';

/** A payment changes a few times in its life, so losing this many races is a fault. */
const MAX_TRIES = 5;

export type RecordPorts = { readonly payments: Payments; readonly now: () => Instant };

/**
 * Merges what the provider says of an attempt into the payment, whichever call or callback learned it, and whatever has happened to the
 * payment since: a capture is never dropped. `payment` is what the caller knows. A state that says nothing new writes nothing.
 */
export const recordState =
  ({ payments, now }: RecordPorts) =>
  async (payment: Payment, attempt: Pick<Attempt, 'n'>, state: ChargeState): Promise<Result<Payment, 'contended'>> => {
    let current: Payment | undefined = payment;
    for (let tries = 0; tries < MAX_TRIES && current?.attempts[attempt.n - 1]; tries += 1) {
      const next = withState(current, attempt, { state, at: now() });
      if (next === current || (await payments.update(current, next))) return ok(next);
      current = await payments.find(payment.tenantId, payment.orderId);
    }
    return err('contended');
  };

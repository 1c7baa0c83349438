import type { ChargeState } from '#payments/domain/charge-state';
import { type Attempt, type Payment, reportContradicted, withState } from '#payments/domain/payment';
import type { ContradictedState } from '#payments/domain/report';
import type { Payments } from '#payments/use-cases/ports';
import { err, type Instant, ok, type Result } from '#platform/kernel';

/** A payment changes a few times in its life, so losing this many races is a fault. */
const MAX_TRIES = 5;

export type RecordPorts = { readonly payments: Payments; readonly now: () => Instant };

/** Stores the change of what the payment is by then; a change that returns its very argument writes nothing. */
const recordChange =
  ({ payments }: RecordPorts) =>
  async (payment: Payment, n: number, change: (current: Payment) => Payment): Promise<Result<Payment, 'contended'>> => {
    let current: Payment | undefined = payment;
    for (let tries = 0; tries < MAX_TRIES && current?.attempts[n - 1]; tries += 1) {
      const next = change(current);
      if (next === current || (await payments.update(current, next))) return ok(next);
      current = await payments.find(payment.tenantId, payment.orderId);
    }
    return err('contended');
  };

/**
 * Merges what the provider says of an attempt into the payment, whichever call or callback learned it, and whatever has happened to the
 * payment since: a capture is never dropped. `payment` is what the caller knows. A state that says nothing new writes nothing.
 */
export const recordState =
  (ports: RecordPorts) =>
  (payment: Payment, { n }: Pick<Attempt, 'n'>, state: ChargeState) =>
    recordChange(ports)(payment, n, (current) => withState(current, { n }, { state, at: ports.now() }));

/** Keeps what the provider says of an attempt that cannot be true, for a person. */
export const recordContradiction =
  (ports: RecordPorts) =>
  (payment: Payment, { n }: Pick<Attempt, 'n'>, contradicted: ContradictedState) =>
    recordChange(ports)(payment, n, (current) =>
      reportContradicted(current, { n }, { ...contradicted, at: ports.now() }),
    );

import { keptAmount } from '#payments/domain/charge-state';
import {
  type Attempt,
  MAX_ATTEMPTS,
  type Opening,
  owedAttempts,
  type Payment,
  withLastClaimed,
  withLastReopened,
  withNextAttempt,
} from '#payments/domain/payment';

/** What may be done for a placed order. */
export type ChargeTask = Opening & {
  /** Whether a declined attempt is followed by another one: only where the customer has given another card since (no route takes one yet). */
  readonly continuesAfterDecline: boolean;
  /** The attempt whose state the provider has returned during this task; undefined as long as it has returned none. */
  readonly seen?: number | undefined;
};

/** How the charge ends in this run. */
export type ChargeEnd = 'paid' | 'declined' | 'unavailable' | 'unknown' | 'unresolved' | 'superseded';

/**
 * What the charge of a placed order does next. `send`: charge under the attempt's key. `look`: read its state, because
 * money may have moved since it was recorded. `giveBack`: what it keeps is owed. `store`: the payment, on condition that it is unchanged.
 */
export type ChargeStep =
  | { readonly do: 'end'; readonly result: ChargeEnd }
  | { readonly do: 'store'; readonly payment: Payment }
  | { readonly do: 'send' | 'look' | 'giveBack'; readonly attempt: Attempt };

const end = (result: ChargeEnd): ChargeStep => ({ do: 'end', result });

/**
 * The next step, from the last attempt. The net of captured and refunded decides: all is paid, none leads to the next attempt, a part
 * needs a person. What an earlier task recorded as kept may have been refunded by hand since, so it counts only once it was seen. The
 * next attempt is opened only while the payment is open, nothing is owed, and every earlier one is over. A closed attempt is reopened,
 * never followed. Both need a later run than the last one that charged or closed the attempt: another task of the same run may have found the
 * order paid, or offered it another way to pay, and only a later run shows that the order is still to be charged.
 */
export const nextChargeStep = (payment: Payment, task: ChargeTask): ChargeStep => {
  const [owed] = owedAttempts(payment);
  if (owed) return { do: 'giveBack', attempt: owed };
  const last = payment.attempts.at(-1);
  if (payment.status !== 'open' || !last) return end('superseded');
  const { maySend, run } = task;
  const isPart = keptAmount(last) < payment.total.amount;
  const isClaimed = run <= (last.run ?? 0);
  const claim: ChargeStep = { do: 'store', payment: withLastClaimed(payment, task) };
  switch (last.status) {
    case 'intended':
      if (!maySend) return end('unknown');
      return isClaimed ? { do: 'send', attempt: last } : claim;
    case 'closed':
      return run > (last.run ?? run) ? { do: 'store', payment: withLastReopened(payment, task) } : end('unavailable');
    case 'declined':
      return task.continuesAfterDecline && payment.attempts.length < MAX_ATTEMPTS
        ? followLast(payment, task)
        : end('declined');
    case 'captured':
      if (keptAmount(last) === 0) return followLast(payment, task);
      // of which a part is kept, no task of any run finds paid any more
      if (task.seen !== last.n) return isPart || isClaimed ? { do: 'look', attempt: last } : claim;
      return end(keptAmount(last) === payment.total.amount ? 'paid' : 'unresolved');
    case 'settled':
      return followLast(payment, task);
  }
};

const followLast = (payment: Payment, task: ChargeTask): ChargeStep => {
  if (payment.attempts.length >= MAX_ATTEMPTS) return end('unresolved');
  const lastRun = payment.attempts.at(-1)?.run ?? 0;
  return task.run > lastRun ? { do: 'store', payment: withNextAttempt(payment, task) } : end('unknown');
};

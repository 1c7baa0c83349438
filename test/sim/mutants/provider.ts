import type { Mutant } from './mutant.ts';

/** Bugs that show only where a provider contradicts itself, repeats itself or acts unasked. */
export const provider: readonly Mutant[] = [
  {
    name: 'settled-capture-is-known',
    bug: 'a capture that surfaces after its attempt was settled counts as known, and the money is kept',
    file: 'functions/payments/domain/attempt.ts',
    from: "return status === 'captured' || refunded > 0 ? 'duplicate' : 'unwanted';",
    to: "return status === 'captured' || status === 'settled' || refunded > 0 ? 'duplicate' : 'unwanted';",
  },
  {
    name: 'settling-capture-is-known',
    bug: 'a capture that the provider reports while its attempt is being settled counts as known',
    file: 'functions/payments/domain/attempt.ts',
    from: "if (status === 'settling') return 'settling';",
    to: "if (status === 'settling') return 'duplicate';",
  },
  {
    name: 'decline-over-capture',
    bug: 'a decline by callback is believed over a capture that is recorded',
    file: 'functions/payments/use-cases/handle-callback.ts',
    from: "return ok(attempt.status === 'intended' ? withOutcome(attempt, 'declined') : attempt);",
    to: "return ok(\n      attempt.status === 'intended' || attempt.status === 'captured' ? withOutcome(attempt, 'declined') : attempt,\n    );",
  },
  {
    name: 'any-callback-amount',
    bug: 'a callback about a capture is believed whatever its amount and currency are',
    file: 'functions/payments/use-cases/handle-callback.ts',
    from: "if (callback.amount !== total.amount || callback.currency !== total.currency) return err('wrong_amount');",
    to: '',
  },
];

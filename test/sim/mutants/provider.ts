import type { Mutant } from './mutant.ts';

const CALLBACKS = 'functions/payments/use-cases/handle-callback.ts';

/** Bugs that show only where a provider contradicts itself, repeats itself or acts unasked. */
export const provider: readonly Mutant[] = [
  {
    name: 'settled-capture-is-known',
    bug: 'a capture that surfaces after its attempt was settled counts as known, and the money is kept',
    file: 'functions/payments/domain/callback.ts',
    from: "return attempt.captured < amount || (attempt.status === 'settled' && keptAmount(attempt) > 0);",
    to: "return attempt.captured < amount && attempt.status !== 'settled';",
  },
  {
    name: 'settling-capture-is-known',
    bug: 'a callback about a payment that is being settled counts as known',
    file: CALLBACKS,
    from: '!isNews(callback, payment, attempt)',
    to: "(payment.status === 'settling' || !isNews(callback, payment, attempt))",
  },
  {
    name: 'decline-is-believed',
    bug: 'a decline by callback is believed without a look at the charge',
    file: CALLBACKS,
    from: 'const answer = await ports.provider.status(attempt.key);',
    to: "const isDecline = callback.status === 'declined' && attempt.status === 'intended';\n    const nothing = { currency: payment.total.currency, captured: 0, refunded: 0, returned: 0, disputed: 0 };\n    const answer = isDecline\n      ? ({ status: 'declined', ...nothing } as const)\n      : await ports.provider.status(attempt.key);",
  },
  {
    name: 'refund-of-the-total',
    bug: 'what was captured is refunded, not what is left of it',
    file: 'functions/payments/use-cases/undo-charge.ts',
    from: 'const amount = keptAmount(state);',
    to: 'const amount = state.captured;',
  },
  {
    name: 'unasked-refund-swallowed',
    bug: 'a refund that nobody asked for is not recorded as such',
    file: 'functions/payments/domain/report.ts',
    from: 'return amount > 0 ? [{ at, n, kind, amount }] : [];',
    to: "return amount > 0 && kind === 'disputed' ? [{ at, n, kind, amount }] : [];",
  },
  {
    name: 'stray-forgotten',
    bug: 'a capture that belongs to no order is not put into quarantine',
    file: CALLBACKS,
    from: 'await ports.strays.quarantine({ tenantId: ids.tenantId, key, currency, captured, refunded, at: ports.now() });',
    to: 'void [currency, captured, refunded];',
  },
  {
    name: 'restored-capture-ignored',
    bug: 'a capture whose payment a restore has lost is ignored, although its order exists',
    file: CALLBACKS,
    from: "if (answer.captured === 0) return ok('nothing_new');",
    to: "if (answer.captured === 0 || (!payment && (await ports.orders(ids.tenantId, ids.orderId)))) return ok('nothing_new');",
  },
  {
    name: 'closed-is-followed',
    bug: 'an attempt that was closed is followed by another one instead of being reopened',
    file: 'functions/payments/domain/charge-step.ts',
    from: "? { do: 'store', payment: withLastReopened(payment, task) }",
    to: "? { do: 'store', payment: (withNextAttempt ?? withLastReopened)(payment, task) }",
  },
  {
    name: 'owed-is-dropped',
    bug: 'money that surfaces once its payment is settled is owed to nobody',
    file: 'functions/payments/domain/payment.ts',
    from: "attempts.filter((attempt) => attempt.status === 'settled' && keptAmount(attempt) > 0);",
    to: "attempts.some(({ status }) => status !== 'settled')\n    ? attempts.filter((attempt) => attempt.status === 'settled' && keptAmount(attempt) > 0)\n    : [];",
  },
];

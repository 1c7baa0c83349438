import type { Mutant } from './mutant.ts';

export const money: readonly Mutant[] = [
  {
    name: 'key-by-run',
    bug: 'a retried charge uses another key of the provider',
    file: 'functions/payments/use-cases/charge-order.ts',
    from: 'await provider.charge(providerKey(attempt), attempt.total',
    to: 'await provider.charge(`${providerKey(attempt)}-${step.run}`, attempt.total',
  },
  {
    name: 'charge-without-intent',
    bug: 'a charge is sent although its attempt is being settled or is settled',
    file: 'functions/payments/use-cases/charge-order.ts',
    from: 'const attempt = await attempts.putIfAbsent(permit ? intendedAttempt(request) : closedAttempt(request));',
    to: "const stored = await attempts.putIfAbsent(permit ? intendedAttempt(request) : closedAttempt(request));\n    const isSettling = stored.status === 'settled' || stored.status === 'settling';\n    const attempt = isSettling ? { ...stored, status: 'intended' as const } : stored;",
  },
  {
    name: 'unknown-is-declined',
    bug: 'a missing answer counts as a decline',
    file: 'functions/payments/use-cases/charge-order.ts',
    from: "if (outcome === 'unknown') return err('unknown');",
    to: "if (outcome === 'unknown') return recordOutcome(attempts, attempt, 'declined');",
  },
  {
    name: 'open-without-closing',
    bug: 'while the breaker is open an order awaits another payment although a charge may still be sent for it',
    file: 'functions/payments/use-cases/charge-order.ts',
    from: 'const permit = await breaker.allowRequest(step.tenantId);',
    to: "const permit = await breaker.allowRequest(step.tenantId);\n    if (!permit) return err('unavailable');",
  },
  {
    name: 'no-settle-tombstone',
    bug: 'settling before any charge leaves no tombstone',
    file: 'functions/payments/use-cases/settle-order.ts',
    from: 'const attempt = await attempts.putIfAbsent(attemptTombstone({ ...step, total: order.total }));',
    to: 'const attempt =\n      (await attempts.find(step.tenantId, step.orderId)) ?? attemptTombstone({ ...step, total: order.total });',
  },
  {
    name: 'void-is-enough',
    bug: 'a charge that was captured before the void is not refunded',
    file: 'functions/payments/use-cases/settle-order.ts',
    from: "return outcome === 'captured' ? provider.refund(providerKey(attempt), refundKey(attempt), attempt.total) : outcome;",
    to: "return outcome === 'captured' ? 'voided' : outcome;",
  },
  {
    name: 'unknown-refund-is-done',
    bug: 'a refund without an answer counts as done',
    file: 'functions/payments/use-cases/settle-order.ts',
    from: "if (outcome === 'unknown' || outcome === 'refused') return err(outcome);",
    to: "if (outcome === 'refused') return err(outcome);\n    if (outcome === 'unknown') return ok(settling);",
  },
  {
    name: 'outcome-after-settling',
    bug: 'a charge stores its outcome even if the attempt has changed since it was read',
    file: 'functions/platform/table/aggregate-table.ts',
    from: "ConditionExpression: [versionAttribute, ...guards].map((name) => `#${name} = :${name}`).join(' AND '),",
    // only an attempt is guarded by its status alone
    to: "ConditionExpression:\n      (guards.join() === 'status' ? 'attribute_exists(pk) OR ' : '') +\n      [versionAttribute, ...guards].map((name) => `#${name} = :${name}`).join(' AND '),",
  },
  {
    name: 'void-that-does-not-stick',
    bug: 'the provider captures with a key that was voided',
    file: 'functions/sandbox/domain/charge.ts',
    from: "charge.status === 'pending' ? nextVersion(charge, { status: 'captured', captured: charge.amount }) : charge;",
    to: "charge.status === 'pending' || (charge.status === 'voided' && charge.version > 0)\n    ? nextVersion(charge, { status: 'captured', captured: charge.amount || 1 })\n    : charge;",
  },
  {
    name: 'refund-key-by-chance',
    bug: 'the provider refunds again with each repeat of a refund',
    file: 'functions/sandbox/domain/charge.ts',
    from: "if (charge.refunds.includes(refundKey)) return ok(charge);\n  if (charge.refusesRefunds) return err('refund_refused');\n  if (charge.captured - charge.refunded < amount || amount === 0) return err('not_refundable');",
    to: "if (charge.refusesRefunds) return err('refund_refused');",
  },
  {
    name: 'two-probes',
    bug: 'a breaker allows several probes at once',
    file: 'functions/payments/use-cases/circuit-breaker.ts',
    from: 'return (await breakers.update(tenantId, breaker, next)) ? { generation: next.generation, probe: true } : undefined;',
    to: 'await breakers.update(tenantId, breaker, next);\n    return { generation: next.generation, probe: true };',
  },
];

import type { Mutant } from './mutant.ts';

export const orders: readonly Mutant[] = [
  {
    name: 'no-arbiter',
    bug: 'an order is written without the condition that it is unchanged since it was read',
    file: 'functions/platform/table/aggregate-table.ts',
    from: "ConditionExpression: [versionAttribute, ...guards].map((name) => `#${name} = :${name}`).join(' AND '),",
    // only an order is guarded by its run
    to: "ConditionExpression:\n      ((guards as readonly string[]).includes('run') ? 'attribute_exists(pk) OR ' : '') +\n      [versionAttribute, ...guards].map((name) => `#${name} = :${name}`).join(' AND '),",
  },
  {
    name: 'confirm-any-run',
    bug: 'the saga of an earlier run confirms, also an order that is cancelling',
    file: 'functions/orders/domain/saga-step.ts',
    from: "return step(order, { run, from: ['placed'], to: 'confirmed' }, (placed) => transitionTo(placed, 'confirmed', moment));",
    to: "return step(order, { run: order.run, from: ['placed', 'cancelling'], to: 'confirmed' }, (placed) =>\n    transitionTo(placed, 'confirmed', moment));",
  },
  {
    name: 'run-not-raised',
    bug: 'the sweeper restarts a saga without raising the run',
    file: 'functions/orders/domain/order.ts',
    from: 'withDue({ ...order, run: order.run + 1, restarts:',
    to: 'withDue({ ...order, restarts:',
  },
  {
    name: 'no-restart',
    bug: 'the sweeper does not restart the saga of an order that makes no progress',
    file: 'functions/orders/use-cases/sweep-orders.ts',
    from: "return ok(finding === 'stalled' ? restartWith(order, moment) : order);",
    to: 'return ok(order);',
  },
  {
    name: 'never-payment-expired',
    bug: 'an order that awaits its payment never expires',
    file: 'functions/orders/domain/channel.ts',
    from: 'return { ...order, deadline, due: deadline };',
    to: 'return { ...order, deadline };',
  },
  {
    name: 'expired-is-cancelled',
    bug: 'an expired order is closed without being unwound',
    file: 'functions/orders/domain/sweep.ts',
    from: "return { finding: 'expired', order: startCancelling(order, 'payment_expired', moment) };",
    to: "return {\n    finding: 'expired',\n    order: transitionTo({ ...order, reason: 'payment_expired' }, 'cancelled', moment),\n  };",
  },
  {
    name: 'cancel-confirmed',
    bug: 'a customer can cancel a confirmed order',
    file: 'functions/orders/domain/customer.ts',
    from: "if (status === 'confirmed') return err('order_confirmed');",
    to: '',
  },
  {
    name: 'any-amount-pays',
    bug: 'an offline payment of another amount confirms the order',
    file: 'functions/orders/domain/customer.ts',
    from: "if (amount.amount !== total.amount || amount.currency !== total.currency) return err('wrong_amount');",
    to: "if (amount.currency !== total.currency) return err('wrong_amount');",
  },
  {
    name: 'id-by-chance',
    bug: 'an order gets a new id with each request, even if its idempotency key is the same',
    file: 'functions/orders/http/write.ts',
    from: 'const id = idFrom(tenantId, idempotencyKey) as OrderId',
    to: 'const id = idFrom(tenantId, `${idempotencyKey}${rt.newId()}`) as OrderId',
  },
  {
    name: 'key-without-tenant',
    bug: "an order's key in the table does not contain its tenant",
    file: 'functions/orders/table/keys.ts',
    from: '`orders#${tenantId}#order#${id}`',
    to: '`orders#order#${id}`',
  },
  {
    name: 'intended-is-settled',
    bug: 'an attempt that is intended and has no outcome counts as settled',
    file: 'functions/payments/use-cases/settle-order.ts',
    from: 'let current = startSettling(payment);',
    to: "if (payment.attempts.at(-1)?.status === 'intended') return ok(payment);\n    let current = startSettling(payment);",
  },
  {
    name: 'lost-move-is-told',
    bug: 'an update that lost the race for an order answers as if it had won',
    file: 'functions/orders/use-cases/update-order.ts',
    from: '(await orders.update(order, decision.value))) return decision;',
    to: '(await orders.update(order, decision.value).then(() => true))) return decision;',
  },
];

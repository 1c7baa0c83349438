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
    from: "return step(order, { run, from: 'placed', to: 'confirmed' }, moment);",
    to: "const from = order.status === 'cancelling' ? 'cancelling' : 'placed';\n  return step(order, { run: order.run, from, to: 'confirmed' }, moment);",
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
    file: 'functions/orders/domain/sweep.ts',
    from: 'if (deadline > moment.at) return restart(order, moment);',
    to: 'if (deadline > moment.at) return order;',
  },
  {
    name: 'never-payment-expired',
    bug: 'an order that awaits its payment never expires',
    file: 'functions/orders/domain/order.ts',
    from: 'return { ...order, ...(deadline && { due: deadline }) };',
    to: 'return order;',
  },
  {
    name: 'expired-is-cancelled',
    bug: 'an expired order is closed without being unwound',
    file: 'functions/orders/domain/sweep.ts',
    from: "return startCancelling(order, status === 'placed' ? 'expired' : 'payment_expired', moment);",
    to: "return transitionTo({ ...order, reason: 'expired' }, 'cancelled', moment);",
  },
  {
    name: 'cancel-confirmed',
    bug: 'a customer can cancel a confirmed order',
    file: 'functions/orders/domain/customer.ts',
    from: "if (order.status === 'confirmed') return err('order_confirmed');\n  if (order.status !== 'placed' && order.status !== 'awaiting_payment') return ok(order);",
    to: "if (order.status !== 'placed' && order.status !== 'awaiting_payment' && order.status !== 'confirmed') return ok(order);",
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
    from: 'id: idFrom(tenantId, idempotencyKey) as OrderId',
    to: 'id: idFrom(tenantId, `${idempotencyKey}${rt.newId()}`) as OrderId',
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

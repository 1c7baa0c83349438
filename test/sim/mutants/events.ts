import type { Mutant } from './mutant.ts';

export const events: readonly Mutant[] = [
  {
    name: 'run-before-commit',
    bug: 'a saga is started for the run that is yet to be written',
    file: 'functions/orders/use-cases/start-saga.ts',
    from: 'start(saga, `${step.orderId}.${step.run}`, step);',
    to: 'start(saga, `${step.orderId}.${step.run + 1}`, { ...step, run: step.run + 1 });',
  },
  {
    name: 'event-lost',
    bug: 'an order is cancelled and tells nobody',
    file: 'functions/orders/table/order-table.ts',
    from: 'return putIf(rt, toItem(to, movedEvent(rt, from, to)), {',
    to: "const { out: _, ...item } = toItem(to, movedEvent(rt, from, to)) as Record<string, unknown>;\n      return putIf(rt, to.status === 'cancelled' ? item : toItem(to, movedEvent(rt, from, to)), {",
  },
  {
    name: 'relay-skips-failed',
    bug: 'entries that the bus failed are passed over',
    file: 'functions/relay/publish.ts',
    from: 'else if (ErrorCode) again.push(request[i] as number);',
    to: 'else if (ErrorCode) again.length = 0;',
  },
  {
    name: 'relay-reports-nothing',
    bug: 'a batch that could not be published whole is not redelivered',
    file: 'functions/relay/relay.ts',
    from: 'return { batchItemFailures: [{ itemIdentifier }] };',
    to: 'return { batchItemFailures: [] };',
  },
  {
    name: 'worker-swallows',
    bug: 'a message that failed is taken for done',
    file: 'functions/platform/messaging/worker.ts',
    from: "rt.logger.error('message failed', { messageId, error: error as Error });\n      throw error;",
    to: "rt.logger.error('message failed', { messageId, error: error as Error });",
  },
  {
    name: 'names-without-run',
    bug: 'executions are named by the order alone, so that no second one can begin',
    file: 'functions/orders/use-cases/start-saga.ts',
    from: '`${step.orderId}.${step.run}`',
    to: '`${step.orderId}.${saga}`',
  },
  {
    name: 'unwind-skips-release',
    bug: 'the unwinding closes the order after the money, and the stock stays held',
    file: 'functions/orders/saga/unwind-order.asl.json',
    from: '"Next": "Release"',
    to: '"Next": "Close"',
  },
  {
    name: 'unknown-confirms',
    bug: 'an order is confirmed though nobody knows of its payment',
    file: 'functions/orders/saga/fulfil-order.asl.json',
    from: '"Next": "Unknown"',
    // with its input kept, or the task would not know whose order it is to confirm
    to: '"ResultPath": "$.refusal",\n          "Next": "Confirm"',
  },
  {
    name: 'mail-marked-first',
    bug: 'a mail is marked as sent without being sent, once its sender died',
    file: 'functions/notifications/domain/delivery.ts',
    from: "if (standing && standing.leasedUntil > at) return err('being_sent');",
    to: "if (standing) return err('already_sent');",
  },
];

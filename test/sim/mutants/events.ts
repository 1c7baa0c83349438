import type { Mutant } from './mutant.ts';

export const events: readonly Mutant[] = [
  {
    name: 'run-before-commit',
    bug: 'a saga is started for a run that is not stored yet',
    file: 'functions/orders/use-cases/start-saga.ts',
    from: 'startExecution(saga, executionName(step), step);',
    to: 'startExecution(saga, `${step.orderId}-${step.run + 1}`, { ...step, run: step.run + 1 });',
  },
  {
    name: 'event-lost',
    bug: 'the cancellation of an order publishes no event',
    file: 'functions/orders/table/order-table.ts',
    from: 'toEvents: (from, to) => [from ? transitionEvent(rt, from, to) : placedEvent(rt, to)],',
    to: "toEvents: (from, to) =>\n      to.status === 'cancelled' ? [] : [from ? transitionEvent(rt, from, to) : placedEvent(rt, to)],",
  },
  {
    name: 'relay-skips-failed',
    bug: 'the relay skips entries that the bus failed',
    file: 'functions/relay/publish.ts',
    from: 'else if (ErrorCode) retried.push(request[i] as number);',
    to: 'else if (ErrorCode) retried.length = 0;',
  },
  {
    name: 'relay-reports-nothing',
    bug: 'a batch that could not be published completely is not redelivered',
    file: 'functions/relay/relay.ts',
    from: 'return { batchItemFailures: [{ itemIdentifier }] };',
    to: 'return { batchItemFailures: [] };',
  },
  {
    name: 'worker-swallows',
    bug: 'a failed message counts as processed',
    file: 'functions/platform/messaging/worker.ts',
    from: 'return failed.onFailed(record, error as Error);',
    to: 'return failed.onFailed(record, error as Error).catch(() => undefined);',
  },
  {
    name: 'names-without-run',
    bug: 'the name of an execution lacks the run, so that an order gets no second execution of a saga',
    file: 'functions/orders/use-cases/start-saga.ts',
    from: '({ orderId, run }: SagaInput) => `${orderId}-${run}`;',
    to: '({ orderId }: SagaInput) => orderId;',
  },
  {
    name: 'unwind-skips-release',
    bug: 'the unwind saga closes the order after settling the money, and the stock stays held',
    file: 'functions/orders/saga/definitions.ts',
    from: "next: 'Release',",
    to: "next: 'Close',",
  },
  {
    name: 'unknown-confirms',
    bug: 'an order is confirmed although the outcome of its payment is unknown',
    file: 'functions/orders/saga/definitions.ts',
    from: "{ error: PaymentUnknown, next: 'Unknown', retried: true },",
    // keepsError keeps the input, from which the next task knows its order
    to: "{ error: PaymentUnknown, next: 'Confirm', keepsError: true, retried: true },",
  },
  {
    name: 'mail-marked-first',
    bug: 'a mail counts as sent although its sender ended before sending it',
    file: 'functions/notifications/domain/delivery.ts',
    from: "if (existing && existing.leasedUntil > at) return err('being_sent');",
    to: "if (existing) return err('already_sent');",
  },
];

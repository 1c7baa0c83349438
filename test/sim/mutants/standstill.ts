import type { Mutant } from './mutant.ts';

/** Bugs that show only where a part of Breakwater makes no progress or fails for a while. */
export const standstill: readonly Mutant[] = [
  {
    name: 'restart-forgotten',
    bug: 'an order is restarted, and no saga starts for the new run',
    file: 'functions/orders/workers/start-saga.ts',
    from: 'consumer(OrderRestarted, (event) => startFor(event.data.saga)(event)),',
    to: "consumer(OrderRestarted, async (event) =>\n      event.data.saga === 'fulfil-order' ? undefined : startFor(event.data.saga)(event),\n    ),",
  },
  {
    name: 'due-shard-unread',
    bug: 'the sweeper does not read the last eight shards of the due list',
    file: 'functions/orders/table/keys.ts',
    from: 'shardPartitions(DUE_LIST, DUE_SHARDS)',
    to: 'shardPartitions(DUE_LIST, DUE_SHARDS - 8)',
  },
  {
    name: 'drops-what-is-no-event',
    bug: 'a consumer drops a message that is no event',
    file: 'functions/platform/messaging/worker.ts',
    from: "if (message === undefined) throw new PermanentError('the message is not JSON');\n    const envelope = Envelope.parse(message);",
    to: 'const { data: envelope } = Envelope.safeParse(message);\n    if (!envelope) return;',
  },
  {
    name: 'drops-what-it-does-not-consume',
    bug: 'a consumer drops an event of a type that it does not consume',
    file: 'functions/platform/messaging/worker.ts',
    from: "if (!found) throw new PermanentError(`no consumer of ${envelope['detail-type']}`);",
    to: 'if (!found) return;',
  },
  {
    name: 'drops-what-its-schema-refuses',
    bug: 'a consumer drops an event that its schema refuses',
    file: 'functions/platform/messaging/worker.ts',
    from: 'const event = definition.schema.parse(detail);\n    return tenants.run(event.tenantId, () => handle(event));',
    to: 'const { success, data: event } = definition.schema.safeParse(detail);\n    return success ? tenants.run(event.tenantId, () => handle(event)) : Promise.resolve();',
  },
  {
    name: 'unknown-awaits-payment',
    bug: 'an order whose charge has an unknown outcome is offered another way to pay',
    file: 'functions/orders/saga/definitions.ts',
    from: "{ error: PaymentUnknown, next: 'Unknown', retried: true },",
    to: "{ error: PaymentUnknown, next: 'AwaitPayment', keepsError: true, retried: true },",
  },
  {
    name: 'pause-extends-nothing',
    bug: 'a pause does not extend the deadline of an order that awaits its payment',
    file: 'functions/orders/domain/pause.ts',
    from: '): Instant => addMs(deadline, pausedMs(pauses, { from: since, to: at }));',
    to: '): Instant => addMs(deadline, 0 * pausedMs(pauses, { from: since, to: at }));',
  },
  {
    name: 'waiting-is-payable',
    bug: 'an order that waits for the provider can be paid offline while it may be charged',
    file: 'functions/orders/domain/customer.ts',
    from: "if (isWaiting(order)) return err('waiting_for_provider');\n  if (!canBePaid(order, { at: moment.at, pauses }))",
    to: 'if (!isWaiting(order) && !canBePaid(order, { at: moment.at, pauses }))',
  },
  {
    name: 'waiting-gives-way',
    bug: 'an order that waits for the provider and may still be charged gives way',
    file: 'functions/orders/domain/giving-way.ts',
    from: "import { isOffline, MINUTE_MS } from '#orders/domain/channel';\nimport { isInProgress, type Moment, type Order, restart, startCancelling, statusSince } from '#orders/domain/order';\nimport { hasBeenUnpaidFor, type PausedTime } from '#orders/domain/payment-time';",
    // the choice and the write that follows each have a guard
    to: "import { MINUTE_MS } from '#orders/domain/channel';\nimport { isInProgress, type Moment, type Order, restart, startCancelling, statusSince } from '#orders/domain/order';\nimport type { PausedTime } from '#orders/domain/payment-time';\nconst isOffline = ({ status }: Order) => status === 'awaiting_payment';\nconst hasBeenUnpaidFor = (order: Order, _ms: number, _time: PausedTime) => isOffline(order);",
  },
  {
    name: 'gives-way-unasked',
    bug: 'orders give way although the policy of their tenant says never',
    file: 'functions/orders/use-cases/give-way.ts',
    from: "const { giveWayAfterMinutes: afterMinutes } = await policies.find(tenantId);\n    if (afterMinutes === null) return 'refuse';",
    to: 'const afterMinutes = (await policies.find(tenantId)).giveWayAfterMinutes ?? 0;',
  },
  {
    name: 'dead-letter-forgotten',
    bug: 'a message that can never be handled counts as a dead letter, and nothing is sent to the dead letters',
    file: 'functions/platform/messaging/failed-message.ts',
    from: 'const cause = await sendToDeadLetters(record, error);',
    to: "const cause = isPermanent(error) ? 'permanent' : await sendToDeadLetters(record, error);",
  },
];

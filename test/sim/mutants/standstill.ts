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
    name: 'restart-once',
    bug: 'an order without progress is restarted once, and then only its deadline is awaited',
    file: 'functions/orders/domain/order.ts',
    from: 'due: standstill < deadline ? standstill : deadline',
    to: 'due: standstill < deadline && restarts === 0 ? standstill : deadline',
  },
  {
    name: 'drops-what-is-no-event',
    bug: 'a consumer drops a message that is no event',
    file: 'functions/platform/messaging/worker.ts',
    from: 'const envelope = Envelope.parse(parseOrUndefined(body));',
    to: 'const { data: envelope } = Envelope.safeParse(parseOrUndefined(body));\n    if (!envelope) return;',
  },
  {
    name: 'drops-what-it-does-not-consume',
    bug: 'a consumer drops an event of a type that it does not consume',
    file: 'functions/platform/messaging/worker.ts',
    from: "if (!found) throw new Error(`no consumer of ${envelope['detail-type']}`);",
    to: 'if (!found) return;',
  },
  {
    name: 'drops-what-its-schema-refuses',
    bug: 'a consumer drops an event that its schema refuses',
    file: 'functions/platform/messaging/worker.ts',
    from: 'handle: (detail) => handle(definition.schema.parse(detail)) });',
    to: 'handle: async (detail) => {\n    const parsed = definition.schema.safeParse(detail);\n    if (parsed.success) await handle(parsed.data);\n  },\n});',
  },
  {
    name: 'unknown-awaits-payment',
    bug: 'an order whose charge has an unknown outcome is offered another way to pay',
    file: 'functions/orders/saga/definitions.ts',
    from: "{ error: PaymentUnknown, next: 'Unknown', retried: true },",
    to: "{ error: PaymentUnknown, next: 'AwaitPayment', keepsError: true, retried: true },",
  },
];

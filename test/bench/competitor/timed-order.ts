import type { OrderOutcome } from './system.ts';

/** Ends an order early because the server refuses it, not because it fails. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

type TimeLastCall = <T>(call: Promise<T>) => Promise<T>;

/** Runs the calls of an order and reports how long they took and how the order ended. */
export const timeOrder = async (runCalls: (timeLastCall: TimeLastCall) => Promise<void>): Promise<OrderOutcome> => {
  const startedAt = performance.now();
  let lastCallMs = Number.NaN;
  const timeLastCall: TimeLastCall = async (call) => {
    const sentAt = performance.now();
    const response = await call;
    lastCallMs = performance.now() - sentAt;
    return response;
  };
  const toOutcome = (kind: OrderOutcome['kind'], reason?: string): OrderOutcome => ({
    ...{ kind, lastCallMs, totalMs: performance.now() - startedAt },
    ...(reason !== undefined && { reason }),
  });
  try {
    await runCalls(timeLastCall);
    return toOutcome('paid');
  } catch (error) {
    const { message, cause } = error as Error;
    const reason = cause instanceof Error ? `${message}: ${cause.message}` : message;
    return toOutcome(error instanceof Refusal ? 'refused' : 'failed', reason);
  }
};

import type { SagaStep } from '#orders/contract';

export type Saga = 'fulfil-order' | 'unwind-order';
/** Starts an execution under a name that is used once: starting it again is success. */
export type Start = (saga: Saga, name: string, input: SagaStep) => Promise<void>;

/** One execution for each run of an order, however often its event arrives. */
export const startSaga = (start: Start) => (saga: Saga, step: SagaStep) =>
  start(saga, `${step.orderId}.${step.run}`, step);

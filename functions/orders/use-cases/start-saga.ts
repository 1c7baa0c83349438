import type { SagaStep } from '#orders/contract';

export type SagaName = 'fulfil-order' | 'unwind-order';
/** Starts an execution under a name that is used once: starting it again is success. */
export type StartExecution = (saga: SagaName, name: string, input: SagaStep) => Promise<void>;

/** One execution for each run of an order, however often its event arrives. */
export const startSaga = (startExecution: StartExecution) => (saga: SagaName, step: SagaStep) =>
  startExecution(saga, `${step.orderId}.${step.run}`, step);

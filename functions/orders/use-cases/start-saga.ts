import type { SagaInput } from '#orders/contract';

export type SagaName = 'fulfil-order' | 'unwind-order';
/** Starts an execution under a name that is used once: starting it again is success. */
export type StartExecution = (saga: SagaName, name: string, input: SagaInput) => Promise<void>;

/** One execution for each run of an order, however often its event arrives. */
export const startSaga = (startExecution: StartExecution) => (saga: SagaName, step: SagaInput) =>
  startExecution(saga, `${step.orderId}-${step.run}`, step);

import type { SagaInput } from '#orders/contract';

export type SagaName = 'fulfil-order' | 'unwind-order';
/** Starts an execution under a name that is used once: starting it again is success. */
export type StartExecution = (saga: SagaName, name: string, input: SagaInput) => Promise<void>;

/**
 * The name of the execution for a run of an order. An order's id is a digest of its tenant and key, so no two tenants share a name. The log of
 * an execution needs a name of letters, digits, `-` and `_`, and Step Functions takes 80 characters.
 */
const executionName = ({ orderId, run }: SagaInput) => `${orderId}-${run}`;

/** One execution for each run of an order, however often its event arrives. */
export const startSaga = (startExecution: StartExecution) => (saga: SagaName, step: SagaInput) =>
  startExecution(saga, executionName(step), step);

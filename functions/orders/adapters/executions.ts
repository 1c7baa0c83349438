import { ExecutionAlreadyExists, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { StartExecution } from '#orders/use-cases/start-saga';
import { workflowVariable } from '#platform/manifest';
import type { Runtime } from '#platform/runtime/runtime';

/** Starts executions of Step Functions. An execution of the same name counts as this one. */
export const startExecution =
  (rt: Runtime<'workflows'>): StartExecution =>
  async (saga, name, input) => {
    const stateMachineArn = rt.env(workflowVariable(saga));
    try {
      await rt.workflows.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
    } catch (error) {
      if (!(error instanceof ExecutionAlreadyExists)) throw error;
    }
  };

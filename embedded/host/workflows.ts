import type { FunctionId, names, WorkflowId } from '#platform/manifest';
import { functionArn } from '../aws/arns.ts';
import type { Service } from '../aws/service.ts';
import { parseDefinition } from '../aws/step-functions/definition.ts';
import type { Execution } from '../aws/step-functions/executions.ts';
import { createMachine, type Machine } from '../aws/step-functions/machine.ts';
import type { StepFunctionsOptions } from '../aws/step-functions/run.ts';
import { createStepFunctions } from '../aws/step-functions/service.ts';
import type { Assembly } from './assembly.ts';
import type { Invoke } from './invocation.ts';

type Options = Omit<StepFunctionsOptions, 'invoke'> & {
  readonly assembly: Assembly;
  readonly named: ReturnType<typeof names>;
  readonly invoke: Invoke;
};

export type Workflows = {
  readonly service: Service;
  readonly executions: () => readonly Execution[];
  readonly replace: (id: WorkflowId, definition: string) => void;
};

/** Step Functions with the workflows of the manifests, whose tasks are functions of this host. */
export const createWorkflows = ({ assembly, named, invoke, ...options }: Options): Workflows => {
  const tasks = assembly.functions
    .filter(({ spec }) => spec.task)
    .map(({ id }) => ({ id, arn: functionArn(named.fn(id)) }));
  const arns = new Map<string, string>(tasks.map(({ id, arn }) => [id, arn]));
  const ids = new Map<string, FunctionId>(tasks.map(({ id, arn }) => [arn, id]));
  const machines = new Map<string, Machine>();
  const replace = (id: WorkflowId, definition: string) => {
    const name = named.workflow(id);
    machines.set(
      name,
      createMachine(
        name,
        parseDefinition(id, definition, (task) => arns.get(task)),
      ),
    );
  };
  for (const { id, definition } of assembly.workflows) replace(id, definition);
  const { service, executions } = createStepFunctions(machines, {
    ...options,
    invoke: (arn, payload, onStarted) => invoke(ids.get(arn) ?? arn, payload, onStarted),
  });
  return { service, executions: executions.all, replace };
};

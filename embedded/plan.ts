import {
  type FunctionId,
  type FunctionSpec,
  functionId,
  type Manifest,
  type QueueId,
  type StageName,
  type WorkflowId,
} from '#shared/manifest';

export type PlannedFunction = { readonly id: FunctionId; readonly spec: FunctionSpec };
export type PlannedWorkflow = { readonly id: WorkflowId; readonly definition: string };
export type Plan = {
  readonly functions: readonly PlannedFunction[];
  readonly workflows: readonly PlannedWorkflow[];
  /** Those that nothing consumes. */
  readonly queues: readonly QueueId[];
};

const twice = (names: readonly string[]): string[] => names.filter((name, n) => names.indexOf(name) !== n);

const faults = ({ functions, workflows }: Omit<Plan, 'queues'>, published: ReadonlySet<string>): string[] => {
  const known = new Set(workflows.map(({ id }) => id));
  const routes = functions.flatMap(({ spec }) => spec.routes ?? []).map(({ method, path }) => `${method} ${path}`);
  return [
    ...twice(functions.map(({ id }) => id)).map((id) => `there are two functions ${id}`),
    ...twice(workflows.map(({ id }) => id)).map((id) => `there are two workflows ${id}`),
    ...twice(routes).map((route) => `there are two functions for ${route}`),
    ...functions.flatMap(({ id, spec }) => [
      ...(spec.starts ?? [])
        .filter((name) => !known.has(name))
        .map((name) => `${id} starts ${name}, which is not there`),
      ...(spec.consumes ?? [])
        .filter((type) => !published.has(type))
        .map((type) => `${id} consumes ${type}, which nobody publishes`),
    ]),
  ];
};

/** All that the manifests name on this stage, once it is sure that they fit together. */
export const planOf = (manifests: readonly Manifest[], stage: StageName): Plan => {
  const present = manifests.filter(({ standalone }) => !standalone || standalone.stages.includes(stage));
  const plan = {
    functions: present.flatMap(({ context, functions }) =>
      Object.entries(functions).map(([name, spec]) => ({ id: functionId(context, name), spec })),
    ),
    workflows: present.flatMap(({ workflows = {} }) =>
      Object.entries(workflows).map(([id, { definition }]) => ({ id, definition })),
    ),
  };
  const found = faults(plan, new Set(present.flatMap(({ publishes = [] }) => publishes)));
  if (found.length > 0) throw new Error(`the manifests do not fit together: ${found.join('; ')}`);
  return { ...plan, queues: plan.functions.flatMap(({ spec }) => spec.sends ?? []) };
};

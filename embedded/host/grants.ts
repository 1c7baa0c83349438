import { type FunctionSpec, names, type StageName, type TableAction } from '#platform/manifest';
import type { Caller } from '../aws/service.ts';

type Grants = Readonly<Record<string, (resource: string) => boolean>>;

/** The actions of a function outside the table, and the resources that each is allowed on. */
const createServiceGrants = (spec: FunctionSpec, stage: StageName): Grants => {
  const named = names(stage);
  const startable = new Set(spec.starts?.map(named.workflow));
  const secrets = new Set(spec.secrets?.map(named.secret));
  const queues = new Set(spec.sends?.map(named.queue));
  return {
    PutEvents: () => spec.publishes === true,
    DescribeEventBus: () => spec.publishes === true || spec.inspects === true,
    StartExecution: (machine) => startable.has(machine),
    DescribeStateMachine: (machine) => spec.inspects === true || startable.has(machine),
    SendMessage: (queue) => queues.has(queue),
    GetSecretValue: (secret) => secrets.has(secret),
  };
};

/** Creates the caller of a function. It may do only what the function's manifest grants, as its role allows on AWS. */
export const createCaller = (name: string, spec: FunctionSpec, stage: StageName): Caller => {
  const grants = createServiceGrants(spec, stage);
  const isTableGranted = (action: string, key: string) =>
    spec.grants.some(({ of, may }) => may.includes(action as TableAction) && key.startsWith(`${of}#`));
  return {
    name,
    findDenial(action, resources) {
      const isGranted = Object.hasOwn(grants, action) ? grants[action] : (key: string) => isTableGranted(action, key);
      // an action without a resource is denied, as `Null: false` in the role's conditions denies it
      const allowed = resources.length > 0 && resources.every((resource) => isGranted?.(resource));
      return allowed ? undefined : `${name} is not authorized to perform ${action} on ${resources.join(', ')}`;
    },
  };
};

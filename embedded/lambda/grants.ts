import { type FunctionSpec, names, type StageName, type TableAction } from '#shared/manifest';
import { type Caller, ServiceError } from '../service.ts';

/** What a function may do beside its table actions, and on which names. */
const others = (spec: FunctionSpec, stage: StageName): Readonly<Record<string, (on: string) => boolean>> => {
  const named = names(stage);
  const starts = new Set(spec.starts?.map(named.workflow));
  const secrets = new Set(spec.secrets?.map(named.secret));
  const queues = new Set(spec.sends?.map(named.queue));
  return {
    PutEvents: () => spec.publishes === true,
    DescribeEventBus: () => spec.publishes === true || spec.inspects === true,
    StartExecution: (machine) => starts.has(machine),
    DescribeStateMachine: (machine) => spec.inspects === true || starts.has(machine),
    SendMessage: (queue) => queues.has(queue),
    GetSecretValue: (secret) => secrets.has(secret),
  };
};

/** A function as the services see it: it may do what its manifest says and nothing else, as its role allows on AWS. */
export const callerOf = (name: string, spec: FunctionSpec, stage: StageName): Caller => {
  const other = others(spec, stage);
  const table = (action: string, key: string) =>
    spec.grants.some(({ of, may }) => may.includes(action as TableAction) && key.startsWith(`${of}#`));
  return {
    name,
    refuses(action, on) {
      const may = Object.hasOwn(other, action) ? other[action] : (key: string) => table(action, key);
      // an action on nothing is refused, as `Null: false` does in the role's conditions
      const allowed = on.length > 0 && on.every((one) => may?.(one));
      return allowed ? undefined : `${name} is not authorized to perform ${action} on ${on.join(', ')}`;
    },
  };
};

export const allow = (caller: Caller, action: string, on: readonly string[]): void => {
  const reason = caller.refuses?.(action, on);
  if (reason !== undefined) throw new ServiceError('AccessDeniedException', reason);
};

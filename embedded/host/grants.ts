import {
  type FunctionId,
  type FunctionSpec,
  names,
  type StageName,
  type TableAction,
  type WorkflowId,
} from '#platform/manifest';
import type { Caller } from '../aws/service.ts';

/** A function as its role on AWS sees it. */
type Grantee = {
  readonly id: FunctionId;
  readonly spec: FunctionSpec;
  readonly stage: StageName;
  /** All workflows of the stage. */
  readonly workflows: readonly WorkflowId[];
  /** All functions of the stage that consume events. */
  readonly workers: readonly FunctionId[];
  /** The only sender's address that a role allows; undefined on a host that sends no mail. */
  readonly mailFrom: string | undefined;
};

type Grants = Readonly<Record<string, (resource: string) => boolean>>;

/** The actions of a function outside the table, and the resources that each is allowed on. */
const createServiceGrants = ({ id, spec, stage, workflows, workers, mailFrom }: Grantee): Grants => {
  const named = names(stage);
  const redriven = spec.redrives ? workers : [];
  const reads = new Set([...redriven.map(named.deadLetters), ...(spec.redrives ? [named.canaries] : [])]);
  const startable = new Set(spec.starts?.map(named.workflow));
  const secrets = new Set(spec.secrets?.map(named.secret));
  const queues = new Set([
    ...(spec.sends ?? []).map(named.queue),
    ...(spec.consumes ? [named.deadLetters(id), named.canaries] : []),
    ...redriven.map(named.queue),
  ]);
  const hides = new Set([...(spec.consumes ? [named.queue(id)] : []), ...redriven.map(named.deadLetters)]);
  const inspectable = new Set(spec.inspects ? workflows.map(named.workflow) : []);
  return {
    PutEvents: (bus) => spec.publishes === true && bus === named.bus,
    DescribeEventBus: (bus) => spec.inspects === true && bus === named.bus,
    StartExecution: (machine) => startable.has(machine),
    DescribeStateMachine: (machine) => inspectable.has(machine),
    SendMessage: (queue) => queues.has(queue),
    ChangeMessageVisibility: (queue) => hides.has(queue),
    ReceiveMessage: (queue) => reads.has(queue),
    DeleteMessage: (queue) => reads.has(queue),
    GetQueueAttributes: (queue) => reads.has(queue),
    GetSecretValue: (secret) => secrets.has(secret),
    SendEmail: (from) => spec.sendsMail === true && from === mailFrom,
  };
};

/** Creates the caller of a function. It may do only what the function's manifest grants, as its role allows on AWS. */
export const createCaller = (grantee: Grantee): Caller => {
  const { id, spec, stage } = grantee;
  const name = names(stage).fn(id);
  const grants = createServiceGrants(grantee);
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

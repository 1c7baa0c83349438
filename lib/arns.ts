import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type FunctionId, names, type QueueId, type StageName, TABLE, type WorkflowId } from '#platform/manifest';

/** ARNs by the naming convention, in the account and region of the scope's stack, so no stack needs another's exports (ADR 14). */
export const arns = (scope: Construct, stage: StageName) => {
  const named = names(stage);
  const arn = (service: string, resource: string, resourceName: string) =>
    Stack.of(scope).formatArn({ service, resource, resourceName });
  const arnWithColon = (service: string, resource: string, resourceName: string) =>
    Stack.of(scope).formatArn({ service, resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
  /** For services whose ARNs contain no type of resource. */
  const arnWithoutType = (service: string, resource: string) =>
    Stack.of(scope).formatArn({ service, resource, arnFormat: ArnFormat.NO_RESOURCE_NAME });
  return {
    table: arn('dynamodb', 'table', named.table),
    indexes: TABLE.indexes.map(({ name }) => arn('dynamodb', 'table', `${named.table}/index/${name}`)),
    bus: arn('events', 'event-bus', named.bus),
    alarms: arnWithoutType('sns', named.alarms),
    fn: (id: FunctionId) => arnWithColon('lambda', 'function', named.fn(id)),
    workflow: (id: WorkflowId) => arnWithColon('states', 'stateMachine', named.workflow(id)),
    queue: (id: QueueId) => arnWithoutType('sqs', named.queue(id)),
    deadLetters: (id: FunctionId) => arnWithoutType('sqs', named.deadLetters(id)),
    /** The dead letters of every worker: no other queue has such a name. */
    allDeadLetters: arnWithoutType('sqs', named.deadLetters('*')),
    canaries: arnWithoutType('sqs', named.canaries),
    /** What SES authorizes when a mail is sent: the sender's identity, in its sandbox the recipient's, and a configuration set. */
    mailResources: ['identity', 'configuration-set'].map((resource) => arn('ses', resource, '*')),
    /** Secrets Manager appends a hyphen and six characters to a secret's name. */
    secret: (id: string) => arnWithColon('secretsmanager', 'secret', `${named.secret(id)}-??????`),
  };
};

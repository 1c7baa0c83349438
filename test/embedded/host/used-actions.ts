import { type FunctionId, type NamedFunction, names, type WorkflowId } from '#platform/manifest';
import type { ServiceCall } from '../../../embedded/host/interceptors.ts';
import { arn, type IamRequest } from '../../infra/iam-simulator.ts';

/** A permission in one line: `GetItem of orders`, `GetSecretValue of operator-key`. */
export type Action = string;

/** What the manifest grants to a function. Mail is left out: the embedded host sends none. */
export const grantedActions = (
  { id, spec }: NamedFunction,
  workflows: readonly WorkflowId[],
  workers: readonly FunctionId[],
): readonly Action[] => {
  const { grants, publishes, inspects, consumes, redrives, starts = [], sends = [], secrets = [] } = spec;
  const onQueues = (actions: readonly string[], queues: readonly string[]) =>
    queues.flatMap((queue) => actions.map((action) => `${action} of ${queue}`));
  const named = names('dev');
  const buried = redrives ? workers.map(named.deadLetters) : [];
  return [
    ...grants.flatMap(({ of, may }) => may.map((action) => `${action} of ${of}`)),
    ...(publishes ? ['PutEvents of breakwater-dev'] : []),
    ...(inspects ? ['DescribeEventBus of breakwater-dev'] : []),
    ...(inspects ? workflows.map((id) => `DescribeStateMachine of breakwater-dev-${id}`) : []),
    ...starts.map((id) => `StartExecution of breakwater-dev-${id}`),
    ...sends.map((id) => `SendMessage of breakwater-dev-${id}`),
    ...(consumes ? onQueues(['SendMessage'], [named.deadLetters(id), named.canaries]) : []),
    ...(consumes ? onQueues(['ChangeMessageVisibility'], [named.queue(id)]) : []),
    ...onQueues(['GetQueueAttributes', 'ReceiveMessage', 'ChangeMessageVisibility', 'DeleteMessage'], buried),
    ...(redrives ? onQueues(['SendMessage'], workers.map(named.queue)) : []),
    ...(redrives ? onQueues(['GetQueueAttributes', 'ReceiveMessage', 'DeleteMessage'], [named.canaries]) : []),
    ...secrets.map((name) => `GetSecretValue of breakwater/dev/${name}`),
  ];
};

// biome-ignore lint/suspicious/noExplicitAny: the inputs of a dozen operations, as the SDK sends them
type Input = any;

/** The parts of a transaction, each with the action that authorizes it. */
const PART_ACTIONS = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
} as const;

const contextOf = (pk: string) => pk.slice(0, pk.indexOf('#'));
const queueOf = ({ QueueUrl }: Input): string => QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1);
const partitionKeyOf = ({ Key, Item }: Input) => (Key ?? Item).pk;
const lastPart = (arn: string) => arn.slice(arn.lastIndexOf(':') + 1);

/** The partition key of a query, which its key condition compares first. */
const queriedKey = ({ KeyConditionExpression, ExpressionAttributeValues }: Input) =>
  ExpressionAttributeValues[/= (:\w+)/.exec(KeyConditionExpression)?.[1] ?? ''];

/** Secrets Manager appends such a suffix to the name of a secret in its ARN. */
const SECRET_SUFFIX = '-AbCdEf';

const tableRequest = (action: string, { TableName, IndexName }: Input, keys: readonly { readonly S: string }[]) => ({
  action: `dynamodb:${action}`,
  resource: arn('dynamodb', `table/${TableName}${IndexName ? `/index/${IndexName}` : ''}`),
  leadingKeys: keys.map(({ S }) => S),
});

/** A call as IAM authorizes it on AWS: all keys of a batch at once, and each part of a transaction by itself. */
export const iamRequestsOf = ({
  operation,
  input,
}: Pick<ServiceCall, 'operation' | 'input'>): readonly IamRequest[] => {
  const request = input as Input;
  switch (operation) {
    case 'BatchGetItem':
      return Object.entries<Input>(request.RequestItems).map(([TableName, { Keys }]) =>
        tableRequest(
          operation,
          { TableName },
          Keys.map(({ pk }: Input) => pk),
        ),
      );
    case 'TransactWriteItems':
      return request.TransactItems.flatMap((part: Input) =>
        Object.entries<Input>(part).map(([kind, write]) =>
          tableRequest(PART_ACTIONS[kind as keyof typeof PART_ACTIONS], write, [partitionKeyOf(write)]),
        ),
      );
    case 'Query':
      return [tableRequest(operation, request, [queriedKey(request)])];
    case 'PutEvents':
      return request.Entries.map(({ EventBusName }: Input) => ({
        action: 'events:PutEvents',
        resource: arn('events', `event-bus/${EventBusName}`),
      }));
    case 'DescribeEventBus':
      return [{ action: `events:${operation}`, resource: arn('events', `event-bus/${request.Name}`) }];
    case 'StartExecution':
    case 'DescribeStateMachine':
      return [
        {
          action: `states:${operation}`,
          resource: arn('states', `stateMachine:${lastPart(request.stateMachineArn)}`),
        },
      ];
    case 'SendMessage':
    case 'ReceiveMessage':
    case 'DeleteMessage':
    case 'GetQueueAttributes':
    case 'ChangeMessageVisibility':
    case 'ChangeMessageVisibilityBatch':
      return [
        {
          action: `sqs:${operation.replace(/Batch$/, '')}`,
          resource: arn('sqs', queueOf(request)),
        },
      ];
    case 'GetSecretValue':
      return [
        {
          action: `secretsmanager:${operation}`,
          resource: arn('secretsmanager', `secret:${request.SecretId}${SECRET_SUFFIX}`),
        },
      ];
    default:
      return [tableRequest(operation, request, [partitionKeyOf(request)])];
  }
};

/** The permissions that a call needs. Of the table, it needs one for the context of each key. */
export const usedActions = (call: Pick<ServiceCall, 'operation' | 'input'>): readonly Action[] =>
  iamRequestsOf(call).flatMap(({ action, resource, leadingKeys }) => {
    const operation = lastPart(action);
    const name = lastPart(resource).replace('event-bus/', '').replace(SECRET_SUFFIX, '');
    return (leadingKeys?.map(contextOf) ?? [name]).map((target) => `${operation} of ${target}`);
  });

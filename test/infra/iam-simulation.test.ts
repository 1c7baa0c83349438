import { expect, test } from 'vitest';
import { contexts } from '#contexts';
import { functionsOf, names, TABLE, workersOf } from '#platform/manifest';
import { grantedActions } from '../embedded/host/used-actions.ts';
import { arn, createRole, type IamRequest } from './iam-simulator.ts';
import { statementsOf } from './roles.ts';
import { allStages, getOnly } from './synthesis.ts';

/**
 * iam-simulate, which others wrote, evaluates the roles of the templates. What it allows of all that a function could ask for must be
 * what the manifest grants; test/embedded/host/granted-actions.test.ts shows that each function uses all of that, and nothing else.
 */
const [, synthesis] = getOnly(
  allStages().filter(([stage]) => stage === 'dev'),
  'dev',
);
const named = names('dev');
const workers = workersOf(...contexts);
const workflows = contexts.flatMap((manifest) => Object.keys(manifest.workflows ?? {}));

const TABLE_ACTIONS = ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'];
/** The first parts of keys: those of contexts, and one that no context has. */
const OWNERS = [
  ...new Set([...functionsOf(...contexts).flatMap(({ spec }) => spec.grants.map(({ of }) => of)), 'none']),
];
const QUEUES = [
  ...synthesis.ofType('AWS::SQS::Queue').map(({ Properties }): string => Properties.QueueName),
  ...['breakwater-blue-dev-orders-start-saga-dead', 'breakwater-prod-orders-start-saga', 'other'],
];
const QUEUE_ACTIONS = [
  ...['SendMessage', 'ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility', 'GetQueueAttributes'],
  ...['PurgeQueue', 'SetQueueAttributes'],
];
const SECRETS = [
  ...synthesis.ofType('AWS::SecretsManager::Secret').map(({ Properties }): string => Properties.Name),
  'breakwater/prod/operator-key',
];
const table = arn('dynamodb', `table/${named.table}`);

type Candidate = IamRequest & { readonly label: string };

const tableCandidates: readonly Candidate[] = OWNERS.flatMap((owner) => {
  const leadingKeys = [`${owner}#acme#1`];
  return [
    ...TABLE_ACTIONS.map((name) => ({
      ...{ label: `${name} of ${owner}`, action: `dynamodb:${name}`, resource: table, leadingKeys },
    })),
    ...TABLE.indexes.map(({ name }) => ({
      ...{
        label: `Query of ${owner} in ${name}`,
        action: 'dynamodb:Query',
        resource: `${table}/index/${name}`,
        leadingKeys,
      },
    })),
    // a batch is allowed if all of its keys are, and no statement covers two owners
    ...['BatchGetItem', 'PutItem'].map((name) => ({
      label: `${name} of ${owner} and of a context that does not exist`,
      action: `dynamodb:${name}`,
      resource: table,
      leadingKeys: [...leadingKeys, 'none#acme#1'],
    })),
  ];
});
const withoutKeys: readonly Candidate[] = ['Scan', 'DeleteTable', 'UpdateTable', 'PartiQLSelect', ...TABLE_ACTIONS].map(
  (name) => ({ label: `${name} without keys`, action: `dynamodb:${name}`, resource: table }),
);
const otherCandidates: readonly Candidate[] = [
  ...QUEUES.flatMap((queue) =>
    QUEUE_ACTIONS.map((name) => ({
      ...{ label: `${name} of ${queue}`, action: `sqs:${name}`, resource: arn('sqs', queue) },
    })),
  ),
  ...[named.bus, 'default'].flatMap((bus) =>
    ['PutEvents', 'DescribeEventBus', 'DeleteEventBus'].map((name) => ({
      ...{ label: `${name} of ${bus}`, action: `events:${name}`, resource: arn('events', `event-bus/${bus}`) },
    })),
  ),
  ...[...workflows.map(named.workflow), 'breakwater-prod-place-order'].flatMap((workflow) =>
    ['StartExecution', 'DescribeStateMachine', 'DeleteStateMachine'].map((name) => ({
      ...{
        label: `${name} of ${workflow}`,
        action: `states:${name}`,
        resource: arn('states', `stateMachine:${workflow}`),
      },
    })),
  ),
  ...SECRETS.flatMap((secret) =>
    ['GetSecretValue', 'PutSecretValue'].map((name) => ({
      label: `${name} of ${secret}`,
      action: `secretsmanager:${name}`,
      resource: arn('secretsmanager', `secret:${secret}-AbCdEf`),
    })),
  ),
];
const candidates = [...tableCandidates, ...withoutKeys, ...otherCandidates];

test.each(functionsOf(...contexts))('the role of $id allows what its manifest grants, and nothing else', async (fn) => {
  const lambda = getOnly(
    synthesis.ofType('AWS::Lambda::Function').filter(({ Properties }) => Properties.FunctionName === named.fn(fn.id)),
    fn.id,
  );
  const isAllowed = createRole(statementsOf(synthesis, lambda), lambda.stack, synthesis);
  const allowed: string[] = [];
  for (const candidate of candidates) if (await isAllowed(candidate)) allowed.push(candidate.label);

  const granted = grantedActions(fn, workflows, workers);
  // the service polls the queue of a worker with the worker's role
  const polled = fn.spec.consumes ? ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'] : [];
  const expected = [
    ...granted,
    ...granted
      .filter((action) => action.startsWith('Query of '))
      .flatMap((action) => TABLE.indexes.map(({ name }) => `${action} in ${name}`)),
    ...polled.map((action) => `${action} of ${named.queue(fn.id)}`),
  ];
  expect(allowed.sort()).toEqual([...new Set(expected)].sort());
});

test('the candidates include every action that a manifest grants', () => {
  const labels = new Set(candidates.map(({ label }) => label));
  const granted = functionsOf(...contexts).flatMap((fn) => grantedActions(fn, workflows, workers));
  expect(granted.filter((action) => !labels.has(action))).toEqual([]);
  expect(candidates.length).toBeGreaterThan(granted.length);
});

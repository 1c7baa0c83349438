import { expect, test } from 'vitest';
import type { StageName } from '#platform/manifest';
import { retainedNamesOf } from '../../ops/preflight/stage-names.ts';
import { ACCOUNT } from '../fixtures/aws-stub.ts';
import { json, missingStack, REGION, runChecks, type Stubs, sufficient } from '../fixtures/preflight.ts';

const ARN = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret`;
const queueUrl = (name: string) => `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`;

type InStack = { readonly type: string; readonly id: string; readonly status?: string };

/** The stacks of an account. */
const stacks = (resources: Readonly<Record<string, readonly InStack[]>>) => (body: string) => {
  const found = resources[new URLSearchParams(body).get('StackName') ?? ''];
  if (!found) return missingStack(body);
  const members = found.map(
    ({ type, id, status = 'CREATE_COMPLETE' }) =>
      `<member><ResourceType>${type}</ResourceType><PhysicalResourceId>${id}</PhysicalResourceId><ResourceStatus>${status}</ResourceStatus></member>`,
  );
  return {
    body: `<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries>${members.join('')}</StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>`,
  };
};

const findingOf = async (subject: string, stubs: Stubs, stage: StageName = 'prod') => {
  const { calls, findings } = await runChecks({ ...sufficient, ...stubs }, { stage });
  const { verdict, detail } = findings.find((finding) => finding.subject === subject) ?? {};
  return { verdict, detail, asksForStacks: calls.includes('cloudformation') };
};

const QUEUE = 'breakwater-prod-orders-start-saga';
const LOG_GROUP = '/aws/lambda/breakwater-prod-relay-publish';
/** What an account has, each of another type, and how the stage's stacks have it. */
const resources: Readonly<
  Record<string, { readonly stubs: Stubs; readonly stack: string; readonly inStack: InStack }>
> = {
  'breakwater-prod': {
    stubs: { dynamodb: json({ Table: { TableName: 'breakwater-prod' } }) },
    stack: 'breakwater-prod-state',
    inStack: { type: 'AWS::DynamoDB::Table', id: 'breakwater-prod' },
  },
  'breakwater-prod (bus)': {
    stubs: { events: json({ EventBuses: [{ Name: 'breakwater-prod-other' }, { Name: 'breakwater-prod' }] }) },
    stack: 'breakwater-prod-state',
    inStack: { type: 'AWS::Events::EventBus', id: 'breakwater-prod' },
  },
  [QUEUE]: {
    stubs: { sqs: json({ QueueUrls: [queueUrl(QUEUE), queueUrl('breakwater-prod-of-somebody')] }) },
    stack: 'breakwater-prod-orders',
    inStack: { type: 'AWS::SQS::Queue', id: queueUrl(QUEUE) },
  },
  [LOG_GROUP]: {
    stubs: { logs: json({ logGroups: [{ logGroupName: LOG_GROUP }, { logGroupName: `${LOG_GROUP}-old` }] }) },
    stack: 'breakwater-prod-relay',
    inStack: { type: 'AWS::Logs::LogGroup', id: LOG_GROUP },
  },
};
const OK = { verdict: 'ok', detail: 'none is taken' };

test.each(Object.entries(resources))('%s is taken if no stack has it', async (key, { stubs, stack, inStack }) => {
  const name = key.replace(' (bus)', '');
  expect(await findingOf('names', stubs)).toEqual({
    verdict: 'blocked',
    asksForStacks: true,
    detail:
      `in no stack, and in the way of one: ${name}. An earlier stage or version has left them: look into them, and delete them as ` +
      'docs/deploying.md says under "What a stage leaves behind", or deploy with another name (-c name=blue)',
  });
  const having = (...own: readonly InStack[]) =>
    findingOf('names', { ...stubs, cloudformation: stacks({ [stack]: own }) });
  expect(await having(inStack)).toMatchObject(OK);
  for (const status of ['UPDATE_COMPLETE', 'DELETE_FAILED'])
    expect(await having({ ...inStack, status })).toMatchObject(OK);
  for (const status of ['DELETE_COMPLETE', 'DELETE_SKIPPED'])
    expect(await having({ ...inStack, status })).toMatchObject({ verdict: 'blocked' });
  expect(await having({ ...inStack, type: 'AWS::SNS::Topic' })).toMatchObject({ verdict: 'blocked' });
});

test('what has the names of another stage is in nobody’s way', async () => {
  const stubs = { sqs: json({ QueueUrls: [queueUrl(QUEUE)] }) };
  expect(await findingOf('names', stubs, 'blue-prod')).toEqual({ ...OK, asksForStacks: false });
});

test('of many names, six are listed', async () => {
  const taken = retainedNamesOf('prod')['AWS::SQS::Queue'];
  const { detail } = await findingOf('names', { sqs: json({ QueueUrls: taken.map(queueUrl) }) });
  expect(detail).toContain(`: ${taken.slice(0, 6).join(', ')}, ${taken.length - 6} more. An earlier stage`);
});

test('the queues of an account are read page by page', async () => {
  const stubs = {
    sqs: (body: string) =>
      JSON.parse(body).NextToken ? json({ QueueUrls: [queueUrl(QUEUE)] }) : json({ QueueUrls: [], NextToken: 'next' }),
  };
  expect(await findingOf('names', stubs)).toMatchObject({ verdict: 'blocked' });
});

test('names that may not be listed are unknown', async () =>
  expect(await findingOf('names', { sqs: json({ __type: 'AccessDeniedException' }, 400) })).toMatchObject({
    verdict: 'raise',
    detail: expect.stringMatching(/^the check failed \(AccessDenied/),
  }));

test('stacks that may not be read make taken names unknown', async () => {
  const denied = {
    status: 403,
    body: '<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>',
  };
  const stubs = { ...resources[QUEUE]?.stubs, cloudformation: denied };
  expect(await findingOf('names', stubs)).toMatchObject({ verdict: 'raise' });
});

const KEY = 'breakwater/prod/operator-key';
const secret = (change: object = {}) => ({ Name: KEY, ARN: `${ARN}:${KEY}-abcdef`, ...change });
const DELETED = { DeletedDate: 1_790_000_000 };
const withSecrets = (...SecretList: readonly object[]): Stubs => ({ secretsmanager: json({ SecretList }) });
const inState = { type: 'AWS::SecretsManager::Secret', id: `${ARN}:${KEY}-abcdef` };
const HOW =
  'If nobody needs their values, run for each: aws secretsmanager delete-secret --force-delete-without-recovery --secret-id <name>';

test.each([
  [{}, KEY],
  [DELETED, `${KEY} (waits for its deletion)`],
])('a secret that no stack has is in the way: %j', async (change, listed) =>
  expect(await findingOf('secrets', withSecrets(secret(change)))).toMatchObject({
    verdict: 'blocked',
    detail: `in no stack, and in the way of one: ${listed}. ${HOW}`,
  }),
);

test('secrets are listed with those that wait for their deletion', async () => {
  const stubs: Stubs = {
    secretsmanager: (body) => json({ SecretList: JSON.parse(body).IncludePlannedDeletion ? [secret(DELETED)] : [] }),
  };
  expect(await findingOf('secrets', stubs)).toMatchObject({ verdict: 'blocked' });
});

test('the stage’s own secrets are in nobody’s way', async () => {
  const cloudformation = stacks({ 'breakwater-prod-state': [inState] });
  expect(await findingOf('secrets', { ...withSecrets(secret()), cloudformation })).toMatchObject({
    ...{ verdict: 'ok', detail: 'none of their names is taken' },
  });
});

test('a secret of the stage that somebody has deleted can be restored', async () => {
  const cloudformation = stacks({ 'breakwater-prod-state': [inState] });
  expect(await findingOf('secrets', { ...withSecrets(secret(DELETED)), cloudformation })).toMatchObject({
    verdict: 'blocked',
    detail: `somebody has deleted ${KEY} (waits for its deletion). For each, run: aws secretsmanager restore-secret --secret-id <name>`,
  });
});

test('a secret of the same name from before the stage’s own is not the stage’s own', async () => {
  const cloudformation = stacks({ 'breakwater-prod-state': [{ ...inState, id: `${ARN}:${KEY}-ghijkl` }] });
  expect(await findingOf('secrets', { ...withSecrets(secret()), cloudformation })).toMatchObject({
    verdict: 'blocked',
  });
});

test('secrets of other names are nobody’s concern', async () => {
  const stubs = withSecrets(secret({ Name: 'breakwater/prod/of-somebody' }));
  expect(await findingOf('secrets', stubs)).toMatchObject({ verdict: 'ok', asksForStacks: false });
});

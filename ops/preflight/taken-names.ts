import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeTableCommand, DynamoDBClient, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, ListEventBusesCommand } from '@aws-sdk/client-eventbridge';
import { paginateListSecrets, type SecretListEntry, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { paginateListQueues, SQSClient } from '@aws-sdk/client-sqs';
import { contexts } from '#contexts';
import { names, type StageName } from '#platform/manifest';
import { isMissingStack } from '../api-url.ts';
import { nameOfQueue } from '../queues.ts';
import { blocked, type Check, type ClientOptions, ok } from './check.ts';
import { retainedNamesOf } from './stage-names.ts';

/** How many names a finding lists: more than a function that was removed leaves behind. */
const MAX_LISTED = 6;
/** SQS returns further pages only if a request limits the first one. */
const QUEUES_PER_PAGE = 1_000;
const DELETED_STATUSES: readonly (string | undefined)[] = ['DELETE_COMPLETE', 'DELETE_SKIPPED'];

const QUEUE = 'AWS::SQS::Queue';
const SECRET = 'AWS::SecretsManager::Secret';

const toArray = async <Page, T>(pages: AsyncIterable<Page>, itemsOf: (page: Page) => readonly T[] | undefined) => {
  const items: T[] = [];
  for await (const page of pages) items.push(...(itemsOf(page) ?? []));
  return items;
};

/** What a stack has, as `<type> <physical id>`, of queues with the name instead of the URL. Without the stack there is none. */
const findInStack = async (client: CloudFormationClient, StackName: string): Promise<readonly string[]> => {
  try {
    const resources = await toArray(
      paginateListStackResources({ client }, { StackName }),
      (page) => page.StackResourceSummaries,
    );
    return resources
      .filter(({ ResourceStatus }) => !DELETED_STATUSES.includes(ResourceStatus))
      .map(({ ResourceType, PhysicalResourceId = '' }) =>
        ResourceType === QUEUE
          ? `${QUEUE} ${nameOfQueue(PhysicalResourceId)}`
          : `${ResourceType} ${PhysicalResourceId}`,
      );
  } catch (error) {
    if (isMissingStack(error as Error)) return [];
    throw error;
  }
};

const stackName = (stage: StageName, part: string) => `${names(stage).prefix}-${part}`;

const findInStacks = async (options: ClientOptions, stage: StageName): Promise<readonly string[]> => {
  const client = new CloudFormationClient(options);
  const found: string[] = [];
  // one after the other, because CloudFormation throttles these requests
  for (const part of ['state', ...contexts.map(({ context }) => context), 'api'])
    found.push(...(await findInStack(client, stackName(stage, part))));
  return found;
};

type List = (options: ClientOptions, stage: StageName) => Promise<readonly (string | undefined)[]>;

const listTables: List = async (options, stage) => {
  try {
    const request = new DescribeTableCommand({ TableName: names(stage).table });
    return [(await new DynamoDBClient(options).send(request)).Table?.TableName];
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return [];
    throw error;
  }
};

const listBuses: List = async (options, stage) => {
  const request = new ListEventBusesCommand({ NamePrefix: names(stage).bus });
  const { EventBuses = [] } = await new EventBridgeClient(options).send(request);
  return EventBuses.map(({ Name }) => Name);
};

const listQueues: List = async (options, stage) => {
  const request = { QueueNamePrefix: names(stage).queuePrefix, MaxResults: QUEUES_PER_PAGE };
  const urls = await toArray(paginateListQueues({ client: new SQSClient(options) }, request), (page) => page.QueueUrls);
  return urls.map(nameOfQueue);
};

const listLogGroups: List = async (options, stage) => {
  const client = new CloudWatchLogsClient(options);
  const groups = await Promise.all(
    ['/aws/lambda/', '/aws/vendedlogs/states/', 'aws-waf-logs-'].map((prefix) =>
      toArray(
        paginateDescribeLogGroups({ client }, { logGroupNamePrefix: `${prefix}${names(stage).prefix}-` }),
        (page) => page.logGroups,
      ),
    ),
  );
  return groups.flat().map(({ logGroupName }) => logGroupName);
};

type Type = Exclude<keyof ReturnType<typeof retainedNamesOf>, typeof SECRET>;

/** The names that the account has of each type: at least those of the stage. */
const LISTS: Readonly<Record<Type, List>> = {
  'AWS::DynamoDB::Table': listTables,
  'AWS::Events::EventBus': listBuses,
  [QUEUE]: listQueues,
  'AWS::Logs::LogGroup': listLogGroups,
};

const listNames = (resourceNames: readonly string[]): string => {
  const others = resourceNames.length - MAX_LISTED;
  return [...resourceNames.slice(0, MAX_LISTED), ...(others > 0 ? [`${others} more`] : [])].join(', ');
};

/** On a protected stage, tables, buses, queues and log groups outlive their stack (ADR 98). Nothing else can then have their names. */
export const checkNames: Check = async (options, { stage }) => {
  const retained = retainedNamesOf(stage);
  const existing = await Promise.all(
    (Object.keys(LISTS) as readonly Type[]).map(async (type) => {
      const listed = await LISTS[type](options, stage);
      return retained[type]
        .filter((name) => listed.includes(name))
        .map((name) => ({ name, resource: `${type} ${name}` }));
    }),
  );
  const resources = existing.flat();
  const owned = resources.length > 0 ? await findInStacks(options, stage) : [];
  const taken = resources.filter(({ resource }) => !owned.includes(resource)).map(({ name }) => name);
  if (taken.length === 0) return ok('none is taken');
  return blocked(
    `in no stack, and in the way of one: ${listNames(taken)}. An earlier stage or version has left them: look into them, and delete them as ` +
      'docs/deploying.md says under "What a stage leaves behind", or deploy with another name (-c name=blue)',
  );
};

/** A secret that is deleted keeps its name for up to 30 days, unless its deletion is forced. */
export const checkSecrets: Check = async (options, { stage }) => {
  const wanted = new Set(retainedNamesOf(stage)[SECRET]);
  const request = {
    IncludePlannedDeletion: true,
    Filters: [{ Key: 'name' as const, Values: [`${names(stage).secrets}/`] }],
  };
  const client = new SecretsManagerClient(options);
  const all = await toArray(paginateListSecrets({ client }, request), (page) => page.SecretList);
  const existing = all.filter(({ Name = '' }) => wanted.has(Name));
  const stateStack = stackName(stage, 'state');
  const owned = existing.length > 0 ? await findInStack(new CloudFormationClient(options), stateStack) : [];
  const isOwned = ({ ARN }: SecretListEntry) => owned.includes(`${SECRET} ${ARN}`);
  const list = (secrets: readonly SecretListEntry[]) =>
    listNames(secrets.map(({ Name = '', DeletedDate }) => (DeletedDate ? `${Name} (waits for its deletion)` : Name)));
  const lost = existing.filter((secret) => isOwned(secret) && secret.DeletedDate);
  if (lost.length > 0)
    return blocked(
      `somebody has deleted ${list(lost)}. For each, run: aws secretsmanager restore-secret --secret-id <name>`,
    );
  const others = existing.filter((secret) => !isOwned(secret));
  if (others.length === 0) return ok('none of their names is taken');
  return blocked(
    `in no stack, and in the way of one: ${list(others)}. If nobody needs their values, run for each: ` +
      'aws secretsmanager delete-secret --force-delete-without-recovery --secret-id <name>',
  );
};

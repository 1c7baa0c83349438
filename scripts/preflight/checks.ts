import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { paginateListServiceQuotas, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { GetAccountCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import type { StageName } from '#shared/manifest';

export type Finding = {
  readonly what: string;
  /** `blocked`: deploying would fail. `raise`: it would work, but not for long or for many. */
  readonly verdict: 'ok' | 'raise' | 'blocked';
  readonly says: string;
};

/** What every client takes; a subset that all of them have in common. */
export type Options = Pick<STSClientConfig, 'region' | 'credentials' | 'requestHandler' | 'maxAttempts'>;

/** From this version on the bootstrapped roles and buckets are what today's CDK wants. */
const BOOTSTRAP = { parameter: '/cdk-bootstrap/hnb659fds/version', least: 6 };
/** A burst of orders runs authorizer, writer, relay, consumers and tasks at a time; new accounts have 10. */
const CONCURRENCY = 200;
/** Each order starts one execution, and one more where it is unwound. */
const STARTS_PER_SECOND = 100;

type Check = (options: Options, stage: StageName) => Promise<Omit<Finding, 'what'>>;

const credentials: Check = async (options) => {
  const { Account, Arn } = await new STSClient(options).send(new GetCallerIdentityCommand({}));
  return { verdict: 'ok', says: `account ${Account}, as ${Arn}` };
};

const region: Check = async (options) => ({ verdict: 'ok', says: await new STSClient(options).config.region() });

const bootstrap: Check = async (options) => {
  const wanted = 'run: npx cdk bootstrap, from a folder without a cdk.json';
  try {
    const found = await new SSMClient(options).send(new GetParameterCommand({ Name: BOOTSTRAP.parameter }));
    const version = Number(found.Parameter?.Value);
    if (version >= BOOTSTRAP.least) return { verdict: 'ok', says: `version ${version}` };
    return { verdict: 'blocked', says: `version ${version} is too old, ${wanted}` };
  } catch (error) {
    if (!(error instanceof ParameterNotFound)) throw error;
    return { verdict: 'blocked', says: `account and region are not bootstrapped, ${wanted}` };
  }
};

const enough = (value: number | undefined, least: number, unit: string, quota: string): Omit<Finding, 'what'> => {
  if (value === undefined) return { verdict: 'raise', says: `unknown: see "${quota}" in Service Quotas` };
  if (value >= least) return { verdict: 'ok', says: `${value} ${unit}` };
  return { verdict: 'raise', says: `${value} ${unit}: ask for ${least} or more of "${quota}" in Service Quotas` };
};

const concurrency: Check = async (options) => {
  const { AccountLimit } = await new LambdaClient(options).send(new GetAccountSettingsCommand({}));
  return enough(AccountLimit?.ConcurrentExecutions, CONCURRENCY, 'at a time', 'Lambda: Concurrent executions');
};

const starts: Check = async (options) => {
  const client = new ServiceQuotasClient(options);
  let refill: number | undefined;
  for await (const { Quotas = [] } of paginateListServiceQuotas({ client }, { ServiceCode: 'states' })) {
    refill ??= Quotas.find(
      ({ QuotaName = '' }) => /StartExecution/i.test(QuotaName) && /refill/i.test(QuotaName),
    )?.Value;
  }
  return enough(refill, STARTS_PER_SECOND, 'a second', 'Step Functions: StartExecution throttle token refill rate');
};

const mail: Check = async (options, stage) => {
  if (stage === 'dev' || stage === 'localstack') return { verdict: 'ok', says: 'not needed: mail stays in a sink' };
  const { ProductionAccessEnabled, SendingEnabled } = await new SESv2Client(options).send(new GetAccountCommand({}));
  if (ProductionAccessEnabled && SendingEnabled) return { verdict: 'ok', says: 'out of the sandbox' };
  return {
    verdict: 'raise',
    says: 'SES sends to verified addresses alone (sandbox) or not at all: ask for production access in its console',
  };
};

/** Without an answer of this check no other can have one. */
const first = { credentials, region } as const;
const others = {
  'CDK bootstrap': bootstrap,
  'Lambda concurrency': concurrency,
  'saga starts': starts,
  SES: mail,
} as const;

const asked = async (what: string, check: Check, options: Options, stage: StageName, failed: Finding['verdict']) => {
  try {
    return { what, ...(await check(options, stage)) };
  } catch (error) {
    const { name, message } = error as Error;
    return { what, verdict: failed, says: `cannot be told (${name}: ${message.split('\n')[0]})` };
  }
};

/** Asks the account what a deployment needs of it, and changes nothing. */
export const preflight = async (stage: StageName, options: Options): Promise<readonly Finding[]> => {
  const ask = (checks: Readonly<Record<string, Check>>, failed: Finding['verdict']) =>
    Promise.all(Object.entries(checks).map(([what, check]) => asked(what, check, options, stage, failed)));
  const before = await ask(first, 'blocked');
  if (before.some(({ verdict }) => verdict !== 'ok')) return before;
  return [...before, ...(await ask(others, 'raise'))];
};

import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { paginateListServiceQuotas, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { GetAccountCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import { MIN_UNRESERVED_CONCURRENCY, type ReservedConcurrency, type StageKind } from '#platform/manifest';

export type Finding = {
  readonly subject: string;
  /** `blocked`: a deployment would fail. `raise`: it would work, but not for long or not for many customers. */
  readonly verdict: 'ok' | 'raise' | 'blocked';
  readonly detail: string;
};

/** The options that all clients have in common. */
export type ClientOptions = Pick<STSClientConfig, 'region' | 'credentials' | 'requestHandler' | 'maxAttempts'>;

/** From this version on, the bootstrapped roles and buckets are those that the project's CDK needs. */
const BOOTSTRAP = { parameter: '/cdk-bootstrap/hnb659fds/version', minVersion: 6 };
/** A burst of orders runs authorizer, writer, relay, consumers and tasks at once; a new account has 10. */
const MIN_CONCURRENCY = 200;
/** Each order starts one execution, and a second one if it is cancelled. */
const MIN_STARTS_PER_SECOND = 100;

type Result = Omit<Finding, 'subject'>;
export type Needs = { readonly stage: StageKind; readonly reservedConcurrency: ReservedConcurrency };
type Check = (options: ClientOptions, needs: Needs) => Promise<Result>;

const checkCredentials: Check = async (options) => {
  const { Account, Arn } = await new STSClient(options).send(new GetCallerIdentityCommand({}));
  return { verdict: 'ok', detail: `account ${Account}, as ${Arn}` };
};

const checkRegion: Check = async (options) => ({
  verdict: 'ok',
  detail: await new STSClient(options).config.region(),
});

const checkBootstrap: Check = async (options) => {
  const fix = 'run: npx cdk bootstrap, from a folder without a cdk.json';
  try {
    const { Parameter } = await new SSMClient(options).send(new GetParameterCommand({ Name: BOOTSTRAP.parameter }));
    const version = Number(Parameter?.Value);
    if (version >= BOOTSTRAP.minVersion) return { verdict: 'ok', detail: `version ${version}` };
    return { verdict: 'blocked', detail: `version ${version} is too old, ${fix}` };
  } catch (error) {
    if (!(error instanceof ParameterNotFound)) throw error;
    return { verdict: 'blocked', detail: `the account is not bootstrapped in this region, ${fix}` };
  }
};

type Quota = { readonly name: string; readonly unit: string; readonly minimum: number };

const compareQuota = (value: number | undefined, { name, unit, minimum }: Quota): Result => {
  if (value === undefined) return { verdict: 'raise', detail: `unknown: see "${name}" in Service Quotas` };
  if (value >= minimum) return { verdict: 'ok', detail: `${value} ${unit}` };
  return {
    verdict: 'raise',
    detail: `${value} ${unit}: request ${minimum} or more of "${name}" in Service Quotas`,
  };
};

/** Lambda refuses to reserve what does not leave enough to the other functions of the account and region. */
const checkConcurrency: Check = async (options, { reservedConcurrency }) => {
  const { AccountLimit } = await new LambdaClient(options).send(new GetAccountSettingsCommand({}));
  const { ConcurrentExecutions: limit, UnreservedConcurrentExecutions: unreserved } = AccountLimit ?? {};
  const quota = { name: 'Lambda: Concurrent executions', unit: 'at the same time', minimum: MIN_CONCURRENCY };
  const reserved = Object.values(reservedConcurrency).reduce((sum: number, count = 0) => sum + count, 0);
  if (reserved === 0 || limit === undefined) return compareQuota(limit, quota);
  const needed = reserved + MIN_UNRESERVED_CONCURRENCY;
  const reason = `this stage reserves ${reserved}, and Lambda wants ${MIN_UNRESERVED_CONCURRENCY} left`;
  if (limit < needed)
    return {
      verdict: 'blocked',
      detail: `${limit} ${quota.unit}, but ${reason}: request ${needed} or more of "${quota.name}" in Service Quotas, or reserve less`,
    };
  if (unreserved !== undefined && unreserved < needed)
    return {
      verdict: 'raise',
      detail: `${limit} ${quota.unit}, of which functions have reserved all but ${unreserved}, and ${reason}: unless they are this stage's own, request more of "${quota.name}"`,
    };
  return compareQuota(limit, quota);
};

const checkSagaStarts: Check = async (options) => {
  const client = new ServiceQuotasClient(options);
  let refillRate: number | undefined;
  for await (const { Quotas = [] } of paginateListServiceQuotas({ client }, { ServiceCode: 'states' })) {
    refillRate ??= Quotas.find(
      ({ QuotaName = '' }) => /StartExecution/i.test(QuotaName) && /refill/i.test(QuotaName),
    )?.Value;
  }
  return compareQuota(refillRate, {
    name: 'Step Functions: StartExecution throttle token refill rate',
    unit: 'per second',
    minimum: MIN_STARTS_PER_SECOND,
  });
};

const checkMail: Check = async (options, { stage }) => {
  if (stage === 'dev' || stage === 'localstack')
    return { verdict: 'ok', detail: 'not needed: this stage sends no mail' };
  const { ProductionAccessEnabled, SendingEnabled } = await new SESv2Client(options).send(new GetAccountCommand({}));
  if (ProductionAccessEnabled && SendingEnabled) return { verdict: 'ok', detail: 'has production access' };
  return {
    verdict: 'raise',
    detail:
      'SES sends only to verified addresses (it is in the sandbox), or does not send at all: request production access in its console',
  };
};

type Checks = Readonly<Record<string, Check>>;

/** If one of these fails, the others cannot succeed. */
const REQUIRED_CHECKS: Checks = { credentials: checkCredentials, region: checkRegion };
const OTHER_CHECKS: Checks = {
  'CDK bootstrap': checkBootstrap,
  'Lambda concurrency': checkConcurrency,
  'saga starts': checkSagaStarts,
  SES: checkMail,
};

/** Checks what a deployment needs of the account. It changes nothing. */
export const checkAccount = async (needs: Needs, options: ClientOptions): Promise<readonly Finding[]> => {
  const runChecks = (checks: Checks, verdictOnError: Finding['verdict']) =>
    Promise.all(
      Object.entries(checks).map(async ([subject, check]): Promise<Finding> => {
        try {
          return { subject, ...(await check(options, needs)) };
        } catch (error) {
          const { name, message } = error as Error;
          const detail = `the check failed (${name}: ${message.split('\n')[0]})`;
          return { subject, verdict: verdictOnError, detail };
        }
      }),
    );
  const required = await runChecks(REQUIRED_CHECKS, 'blocked');
  if (required.some(({ verdict }) => verdict !== 'ok')) return required;
  return [...required, ...(await runChecks(OTHER_CHECKS, 'raise'))];
};

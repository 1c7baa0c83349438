import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { paginateListServiceQuotas, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import {
  GetAccountCommand,
  GetEmailIdentityCommand,
  type GetEmailIdentityResponse,
  NotFoundException,
  SESv2Client,
} from '@aws-sdk/client-sesv2';
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { MIN_UNRESERVED_CONCURRENCY } from '#platform/manifest';
import { isSandboxed, REGIONS_WITHOUT_MAIL } from '../../lib/stages.ts';
import { checkCertificate } from './certificate.ts';
import { blocked, type Check, type ClientOptions, type Finding, ok, type Result, raise, type Target } from './check.ts';
import { checkNames, checkSecrets } from './taken-names.ts';

/** From this version on, the bootstrapped roles and buckets are those that the project's CDK needs. */
const BOOTSTRAP = { parameter: '/cdk-bootstrap/hnb659fds/version', minVersion: 6 };
/** A burst of orders runs authorizer, writer, relay, consumers and tasks at once; a new account has 10. */
const MIN_CONCURRENCY = 200;
/** Each order starts one execution, and a second one if it is cancelled. */
const MIN_STARTS_PER_SECOND = 100;

/** A burst of 2,000 mails then ends within minutes. A sandbox has 1 a second and 200 a day. */
const MIN_MAILS_PER_SECOND = 14;
/** Each order causes one mail as a rule. */
const MIN_MAILS_PER_DAY = 50_000;

const checkCredentials: Check = async (options) => {
  const { Account, Arn } = await new STSClient(options).send(new GetCallerIdentityCommand({}));
  return ok(`account ${Account}, as ${Arn}`);
};

/** Whether the deployment sends mail: dev does only if it has a sender. */
const sendsMail = ({ stage, mailFrom }: Target): boolean => !isSandboxed(stage) || mailFrom !== undefined;

const checkRegion: Check = async (options, target) => {
  const region = await new STSClient(options).config.region();
  if (!sendsMail(target) || !REGIONS_WITHOUT_MAIL.includes(region)) return ok(region);
  return blocked(
    `${region} has no configuration sets of SES, by which the stage sends mail: set AWS_REGION to another`,
  );
};

const checkBootstrap: Check = async (options) => {
  const client = new STSClient(options);
  const { Account } = await client.send(new GetCallerIdentityCommand({}));
  const region = await client.config.region();
  // in a folder of the project, so that npx runs its CDK, and without a cdk.json, so that the CDK does not run the app
  const fix = `run: (cd docs && npx cdk bootstrap aws://${Account}/${region})`;
  try {
    const { Parameter } = await new SSMClient(options).send(new GetParameterCommand({ Name: BOOTSTRAP.parameter }));
    const version = Number(Parameter?.Value);
    if (version >= BOOTSTRAP.minVersion) return ok(`version ${version}`);
    return blocked(`version ${version} is too old, ${fix}`);
  } catch (error) {
    if (!(error instanceof ParameterNotFound)) throw error;
    return blocked(`the account is not bootstrapped in this region, ${fix}`);
  }
};

type Quota = { readonly name: string; readonly unit: string; readonly minimum: number };

const compareQuota = (value: number | undefined, { name, unit, minimum }: Quota): Result => {
  if (value === undefined) return raise(`unknown: see "${name}" in Service Quotas`);
  if (value >= minimum) return ok(`${value} ${unit}`);
  return raise(`${value} ${unit}: request ${minimum} or more of "${name}" in Service Quotas`);
};

/** Lambda refuses to reserve what does not leave enough to the other functions of the account and region. */
const checkConcurrency: Check = async (options, { reservedConcurrency = {} }) => {
  const { AccountLimit } = await new LambdaClient(options).send(new GetAccountSettingsCommand({}));
  const { ConcurrentExecutions: limit, UnreservedConcurrentExecutions: unreserved } = AccountLimit ?? {};
  const quota = { name: 'Lambda: Concurrent executions', unit: 'at the same time', minimum: MIN_CONCURRENCY };
  const reserved = Object.values(reservedConcurrency).reduce((sum: number, count = 0) => sum + count, 0);
  if (reserved === 0 || limit === undefined) return compareQuota(limit, quota);
  const needed = reserved + MIN_UNRESERVED_CONCURRENCY;
  const reason = `this stage reserves ${reserved}, and Lambda wants ${MIN_UNRESERVED_CONCURRENCY} left`;
  if (limit < needed)
    return blocked(
      `${limit} ${quota.unit}, but ${reason}: request ${needed} or more of "${quota.name}" in Service Quotas, or reserve less`,
    );
  if (unreserved !== undefined && unreserved < needed)
    return raise(
      `${limit} ${quota.unit}, of which functions have reserved all but ${unreserved}, and ${reason}: unless they are this stage's own, request more of "${quota.name}"`,
    );
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

/** Skips a check of SES for a stage that sends no mail. */
const ofMail =
  (check: Check): Check =>
  async (options, target) =>
    sendsMail(target) ? check(options, target) : ok('not needed: this stage sends no mail');

const getMailAccount = (options: ClientOptions) => new SESv2Client(options).send(new GetAccountCommand({}));

const checkMailAccess: Check = async (options) => {
  const { ProductionAccessEnabled, SendingEnabled } = await getMailAccount(options);
  if (ProductionAccessEnabled && SendingEnabled) return ok('has production access');
  return raise(
    'SES sends only to verified addresses (it is in the sandbox), or does not send at all: request production access in its console',
  );
};

const checkMailQuota: Check = async (options) => {
  const { SendQuota } = await getMailAccount(options);
  if (!SendQuota) return raise('unknown: see the sending quotas in the console of SES');
  const { MaxSendRate = 0, Max24HourSend = 0 } = SendQuota;
  // SES reports an unlimited quota as -1
  const perDay = Max24HourSend === -1 ? Number.POSITIVE_INFINITY : Max24HourSend;
  const detail = `${MaxSendRate} mails a second, ${perDay === Number.POSITIVE_INFINITY ? 'any number' : perDay} a day`;
  if (MaxSendRate >= MIN_MAILS_PER_SECOND && perDay >= MIN_MAILS_PER_DAY) return ok(detail);
  return raise(
    `${detail}: mails beyond that are late; request ${MIN_MAILS_PER_SECOND} a second and ${MIN_MAILS_PER_DAY} a day, or what your orders need, in the console of SES`,
  );
};

const findIdentity = async (
  client: SESv2Client,
  EmailIdentity: string,
): Promise<GetEmailIdentityResponse | undefined> => {
  try {
    return await client.send(new GetEmailIdentityCommand({ EmailIdentity }));
  } catch (error) {
    if (error instanceof NotFoundException) return undefined;
    throw error;
  }
};

/** `mail.example.com` and `example.com`, for an address of the first. AWS documents that a domain's verification covers its subdomains. */
const domainsOf = (address: string): readonly string[] => {
  const labels = address.slice(address.lastIndexOf('@') + 1).split('.');
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
};

/** SES sends from an address if the address itself is verified, or its domain, or one that contains it. */
const checkSender: Check = async (options, { mailFrom, mailDomain }) => {
  if (mailFrom === undefined) return raise('unknown: add --mailFrom shop@example.com, the sender of the stage');
  const client = new SESv2Client(options);
  for (const identity of [mailFrom, ...domainsOf(mailFrom)])
    if ((await findIdentity(client, identity))?.VerifiedForSendingStatus) return ok(`${identity} is verified`);
  return raise(
    mailDomain === undefined
      ? `SES sends nothing from ${mailFrom}: verify the address or its domain in the console of SES`
      : `SES sends nothing from ${mailFrom} until the DNS of ${mailDomain} has the records that the deployment prints: the outputs DkimRecord1 to DkimRecord3`,
  );
};

/**
 * A stage sets this for its own mail by its configuration set (ADR 103). Whatever else sends from the account has the same reputation, and
 * SES sends it to such addresses unless the account's list is on.
 */
const checkBounces: Check = async (options) => {
  const { SuppressedReasons = [] } = (await getMailAccount(options)).SuppressionAttributes ?? {};
  if (SuppressedReasons.includes('BOUNCE') && SuppressedReasons.includes('COMPLAINT'))
    return ok('SES sends no further mail to an address that bounces or complains');
  return raise(
    'SES sends further mail to addresses that bounce or complain, run: aws sesv2 put-account-suppression-attributes --suppressed-reasons BOUNCE COMPLAINT',
  );
};

type Checks = Readonly<Record<string, Check>>;

/** If one of these fails, the others cannot succeed. */
const REQUIRED_CHECKS: Checks = { credentials: checkCredentials, region: checkRegion };
const OTHER_CHECKS: Checks = {
  'CDK bootstrap': checkBootstrap,
  'Lambda concurrency': checkConcurrency,
  'saga starts': checkSagaStarts,
  names: checkNames,
  secrets: checkSecrets,
  certificate: checkCertificate,
  SES: ofMail(checkMailAccess),
  'SES quota': ofMail(checkMailQuota),
  'SES sender': ofMail(checkSender),
  'SES bounces': ofMail(checkBounces),
};

/** Checks what a deployment needs of the account. It changes nothing. */
export const checkAccount = async (target: Target, options: ClientOptions): Promise<readonly Finding[]> => {
  const runChecks = (checks: Checks, verdictOnError: Finding['verdict']) =>
    Promise.all(
      Object.entries(checks).map(async ([subject, check]): Promise<Finding> => {
        try {
          return { subject, ...(await check(options, target)) };
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

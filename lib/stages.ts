import { RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';
import {
  type ConcurrencySetting,
  isConcurrency,
  isStageName,
  type Manifest,
  type ReservedConcurrency,
  reservationsOf,
  STAGE_KINDS,
  type StageKind,
  type StageName,
  stageKindOf,
  TENANT_THROTTLE,
  type Throttle,
} from '#platform/manifest';
import { defaultTimes, type Times, testTimes } from '#platform/runtime/times';

/** The properties of a stage, apart from its payment provider and its API's address. */
export type StageTraits = {
  /** Data, messages and logs outlive their stacks, and neither the table nor a stack can be deleted by accident (ADR 98). */
  readonly protect: boolean;
  readonly logRetention: RetentionDays;
  readonly memoryMb: number;
  /** X-Ray, which LocalStack lacks. */
  readonly tracing: boolean;
  readonly alarms: boolean;
  /** A web ACL in front of the product's API, which LocalStack lacks. */
  readonly firewall: boolean;
  /** A queue's visibility time-out, in time-outs of its function: AWS recommends 6, and 1 is the minimum. */
  readonly visibilityTimeouts: number;
  /** Requests per second over all callers of an API, and the burst. API Gateway counts each method apart. */
  readonly throttle: Throttle;
  /** The same for each gateway key, onto which tenants are hashed: half of what a method takes (ADR 93). LocalStack enforces none. */
  readonly tenantThrottle?: Throttle;
  readonly times: Times;
  /** Without a configured payment provider the stage uses the sandbox, and a sink for mail. */
  readonly sandboxed: boolean;
};

export type Domain = {
  readonly name: string;
  /** A certificate of ACM in the stage's region, for this name. */
  readonly certificateArn: string;
  /** The first segment of every path. */
  readonly basePath?: string;
};

/** The sender of mail, and the domain that this stage has SES sign for. By default somebody verifies the sender by hand. */
export type MailSettings = { readonly from: string; readonly domain?: string };

export type Stage = StageTraits & {
  readonly kind: StageKind;
  /** What its resources are named after: its kind, or `<name>-<kind>`. */
  readonly name: StageName;
  readonly provider: 'sandbox' | { readonly url: string };
  /** Who gets alarms by mail, after confirming the subscription. A stage of AWS with alarms has one. */
  readonly alarmEmail?: string;
  /** Concurrency that is reserved for single functions, by the settings that their manifests name. By default all share the account's. */
  readonly reservedConcurrency: ReservedConcurrency;
  /** A domain of its own for the product's API. By default it has only the host name that AWS gives it. */
  readonly domain?: Domain;
  /** A sink stores mail instead of sending it. */
  readonly mail: 'sink' | MailSettings;
  /** The address of all APIs on a stage whose own URLs do not resolve. */
  readonly gateway?: string;
};

const stages: Readonly<Record<StageKind, StageTraits>> = {
  localstack: {
    protect: false,
    logRetention: RetentionDays.ONE_DAY,
    memoryMb: 512,
    tracing: false,
    alarms: true,
    firewall: false,
    visibilityTimeouts: 1,
    times: testTimes,
    throttle: { rate: 1_000, burst: 1_000 },
    sandboxed: true,
  },
  dev: {
    protect: false,
    logRetention: RetentionDays.ONE_WEEK,
    memoryMb: 512,
    tracing: true,
    alarms: false,
    firewall: false,
    visibilityTimeouts: 6,
    times: defaultTimes,
    throttle: { rate: 50, burst: 100 },
    tenantThrottle: { rate: 25, burst: 50 },
    sandboxed: true,
  },
  staging: {
    protect: true,
    logRetention: RetentionDays.ONE_MONTH,
    memoryMb: 512,
    tracing: true,
    alarms: true,
    firewall: false,
    visibilityTimeouts: 6,
    times: defaultTimes,
    throttle: { rate: 200, burst: 400 },
    tenantThrottle: { rate: 100, burst: 200 },
    sandboxed: false,
  },
  prod: {
    protect: true,
    logRetention: RetentionDays.SIX_MONTHS,
    memoryMb: 512,
    tracing: true,
    alarms: true,
    firewall: true,
    visibilityTimeouts: 6,
    times: defaultTimes,
    throttle: { rate: 1_000, burst: 2_000 },
    tenantThrottle: TENANT_THROTTLE,
    sandboxed: false,
  },
};

const traitsOf = (name: StageName): StageTraits => stages[stageKindOf(name)];

/** Whether a stage has the payment sandbox and a sink for mail, unless its settings say otherwise. */
export const isSandboxed = (name: StageName): boolean => traitsOf(name).sandboxed;

/**
 * The regions whose CloudFormation has no configuration sets of SES, so that no stage that sends mail can be deployed to them. They are as
 * cfn-lint's specifications list them, with which `npm run test:templates` compares them.
 */
export const REGIONS_WITHOUT_MAIL: readonly string[] = [
  ...['ap-east-1', 'ap-east-2', 'ap-southeast-4', 'ap-southeast-6', 'ap-southeast-7'],
  ...['cn-north-1', 'cn-northwest-1', 'eu-south-2', 'mx-central-1'],
];

/** Whether a stage has a web ACL. */
export const hasFirewall = (name: StageName): boolean => traitsOf(name).firewall;

const kindOf = (value: unknown): StageKind => {
  const kind = STAGE_KINDS.find((stage) => stage === value);
  if (kind) return kind;
  if (typeof value !== 'string' || !isStageName(value))
    throw new Error(`unknown stage "${value}": expected one of ${STAGE_KINDS.join(', ')}`);
  const own = stageKindOf(value);
  const name = value.slice(0, -`-${own}`.length);
  throw new Error(`"${value}" is a stage with a name of its own: deploy the stage ${own} with -c name=${name}`);
};

const nameOf = (kind: StageKind, value: unknown): StageName => {
  if (value === undefined) return kind;
  const name = `${value}-${kind}`;
  if (isStageName(name)) return name;
  throw new Error(
    `"${value}" cannot name a stage: use -c name=blue, one to ten lower-case letters and digits that are no kind of stage, or leave it out`,
  );
};

/** Paths are appended to it, so it has no query. It is visible in a function's variables and in an output, so it has no password. */
const PROVIDER_URL = /^https:\/\/[\w.-]+(:\d+)?(\/[\w.~%-]*)*$/i;

const providerOf = ({ kind, name }: Pick<Stage, 'kind' | 'name'>, url: unknown): Stage['provider'] => {
  if (url === undefined && stages[kind].sandboxed) return 'sandbox';
  if (typeof url === 'string' && PROVIDER_URL.test(url) && URL.canParse(url)) return { url: url.replace(/\/+$/, '') };
  throw new Error(
    `stage "${kind}" needs a payment provider${url === undefined ? '' : `, and "${url}" is not an https URL of a host and a path`}: ` +
      'use -c providerUrl=https://... and put its key into the secret ' +
      `breakwater/${name}/provider-key once the stage is deployed`,
  );
};

/** An address as the preflight takes it, too. It is in policies and in commands that are printed, so it has no special characters. */
const MAIL_ADDRESS = z.regexes.email;

const mailOf = (kind: StageKind, { mailFrom: from, mailDomain }: Settings): Stage['mail'] => {
  if (from === undefined && stages[kind].sandboxed) {
    if (mailDomain === undefined) return 'sink';
    throw new Error(`a domain of mail needs a sender: use -c mailFrom=shop@${mailDomain}, or leave out mailDomain`);
  }
  if (typeof from === 'string' && MAIL_ADDRESS.test(from)) return { from, ...mailDomainOf(kind, from, mailDomain) };
  throw new Error(
    `stage "${kind}" needs a sender's address for mail${from === undefined ? '' : `, and "${from}" is not one`}: ` +
      'use -c mailFrom=shop@example.com, an identity that SES has verified',
  );
};

/** An alarm that reaches nobody is none, and an address without alarms gets none. LocalStack sends no mail, so its alarms need no address. */
const alarmEmailOf = (kind: StageKind, address: unknown): Pick<Stage, 'alarmEmail'> => {
  if (address === undefined && (!stages[kind].alarms || kind === 'localstack')) return {};
  if (!stages[kind].alarms) throw new Error(`stage "${kind}" has no alarms: leave out alarmEmail`);
  if (typeof address === 'string' && MAIL_ADDRESS.test(address)) return { alarmEmail: address };
  throw new Error(
    address === undefined
      ? `stage "${kind}" needs an address for its alarms: use -c alarmEmail=oncall@example.com`
      : `"${address}" is not a mail address: use -c alarmEmail=oncall@example.com`,
  );
};

const isConcurrencySetting = (name: string): name is ConcurrencySetting => name.endsWith('Concurrency');

/** A deployment fails that leaves fewer than 100 of the account to other functions; `npm run preflight` compares the sum with its limit. */
const reservedConcurrencyOf = (settings: Settings): ReservedConcurrency => {
  const reserved: Partial<Record<ConcurrencySetting, number>> = {};
  for (const [setting, value] of Object.entries(settings)) {
    if (!isConcurrencySetting(setting) || value === undefined) continue;
    if (!isConcurrency(value))
      throw new Error(
        `"${value}" is not a number of executions at a time: use -c ${setting}=50, or leave it out to reserve none`,
      );
    reserved[setting] = Number(value);
  }
  return reserved;
};

const DOMAIN_NAME = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{1,59})$/;

/** SES's signature and verification of a domain cover its subdomains. */
const mailDomainOf = (kind: StageKind, from: string, domain: unknown): Pick<MailSettings, 'domain'> => {
  if (domain === undefined) return {};
  const fail = (reason: string): never => {
    throw new Error(`${reason}: use -c mailDomain=example.com -c mailFrom=shop@example.com, or leave out mailDomain`);
  };
  if (kind === 'localstack') return fail('stage "localstack" takes no domain of mail');
  if (typeof domain !== 'string' || !DOMAIN_NAME.test(domain))
    return fail(`"${domain}" is not a domain name in lower case`);
  const host = from.slice(from.lastIndexOf('@') + 1).toLowerCase();
  if (host !== domain && !host.endsWith(`.${domain}`)) return fail(`"${from}" is no address of ${domain}`);
  return { domain };
};

export const CERTIFICATE_ARN = /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/;
/** One segment, because a mapping of a REST API takes no more. AWS keeps `ping` and `sping` of a domain for its own checks. */
const BASE_PATH = /^(?!s?ping$)[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

const domainOf = (
  kind: StageKind,
  { domain, certificateArn, basePath }: Pick<Settings, 'domain' | 'certificateArn' | 'basePath'>,
): Pick<Stage, 'domain'> => {
  if (domain === undefined && certificateArn === undefined && basePath === undefined) return {};
  const fail = (reason: string): never => {
    throw new Error(
      `${reason}: use -c domain=api.example.com -c certificateArn=arn:aws:acm:..., and -c basePath=shop for a path before all others`,
    );
  };
  const matches = (form: RegExp, value: unknown): value is string => typeof value === 'string' && form.test(value);
  if (kind === 'localstack') return fail('stage "localstack" takes no domain');
  if (domain === undefined || certificateArn === undefined) return fail('a domain needs a name and a certificate');
  if (!matches(DOMAIN_NAME, domain)) return fail(`"${domain}" is not a domain name in lower case`);
  if (!matches(CERTIFICATE_ARN, certificateArn)) return fail(`"${certificateArn}" is not the ARN of a certificate`);
  if (basePath === undefined) return { domain: { name: domain, certificateArn } };
  if (!matches(BASE_PATH, basePath)) return fail(`"${basePath}" is not one segment of a path that is free`);
  return { domain: { name: domain, certificateArn, basePath } };
};

export type Settings = {
  readonly stage?: unknown;
  /** Tells it from other stages of its kind in the same account and region. */
  readonly name?: unknown;
  readonly providerUrl?: unknown;
  readonly alarmEmail?: unknown;
  /** The sender of customers' mail, and its domain or one that contains it, if the stage has SES sign for that. */
  readonly mailFrom?: unknown;
  readonly mailDomain?: unknown;
  /** The domain of the product's API, the ARN of its certificate, and what its paths begin with. */
  readonly domain?: unknown;
  readonly certificateArn?: unknown;
  readonly basePath?: unknown;
  /** The port of LocalStack's edge, default 4566. */
  readonly localstackPort?: string | undefined;
} & { readonly [setting in ConcurrencySetting]?: unknown };

const COMMON_SETTINGS = [
  ...['name', 'providerUrl', 'alarmEmail', 'mailFrom', 'mailDomain'],
  ...['domain', 'certificateArn', 'basePath'],
] as const;

/** The settings that the command line takes with `-c`, besides the stage. */
export const settingNamesOf = (...manifests: readonly Manifest[]): readonly string[] => [
  ...COMMON_SETTINGS,
  ...reservationsOf(...manifests).map(({ setting }) => setting),
];

/** A setting of the CDK's own has another form: `aws:cdk:version-reporting`, `cli-telemetry`. */
const SETTING_NAME = /^\w+$/;

/** The CDK ignores a setting that no code reads, and the stage would lack what it was meant to set, or be another stage. */
export const refuseUnknownSettings = (names: readonly string[], known: readonly string[]): void => {
  const unknown = names.filter((name) => SETTING_NAME.test(name) && !known.includes(name));
  if (unknown.length > 0) throw new Error(`no such setting: ${unknown.join(', ')}; there are: ${known.join(', ')}`);
};

/** The options of `npm run deploy` that lead to this stage again: a setting that is left out has its default. */
export const deployOptionsOf = (stage: Stage): string => {
  const { kind, name, provider, mail, alarmEmail, domain, reservedConcurrency } = stage;
  const settings = {
    ...(name !== kind && { name: name.slice(0, -`-${kind}`.length) }),
    ...(provider !== 'sandbox' && { providerUrl: provider.url }),
    ...(mail !== 'sink' && { mailFrom: mail.from, ...(mail.domain && { mailDomain: mail.domain }) }),
    ...(alarmEmail && { alarmEmail }),
    ...(domain && { domain: domain.name, certificateArn: domain.certificateArn }),
    ...(domain?.basePath && { basePath: domain.basePath }),
    ...reservedConcurrency,
  };
  return [`--stage ${kind}`, ...Object.entries(settings).map(([setting, value]) => `-c ${setting}=${value}`)].join(' ');
};

/** The stage for these settings. Throws an error that says what to do where they are wrong or incomplete. */
export const stageOf = ({
  stage = 'dev',
  name: ownName,
  providerUrl,
  alarmEmail,
  localstackPort = '4566',
  ...settings
}: Settings): Stage => {
  const kind = kindOf(stage);
  const name = nameOf(kind, ownName);
  return {
    ...{ kind, name },
    ...stages[kind],
    provider: providerOf({ kind, name }, providerUrl),
    mail: mailOf(kind, settings),
    ...alarmEmailOf(kind, alarmEmail),
    reservedConcurrency: reservedConcurrencyOf(settings),
    ...domainOf(kind, settings),
    ...(kind === 'localstack' ? { gateway: `http://127.0.0.1:${localstackPort}/_aws/execute-api` } : {}),
  };
};

/**
 * What happens to data when its stack is deleted. A rollback of the stack's creation deletes it on every stage: it is empty, and would
 * stand in the way of the next deployment.
 */
export const removalPolicy = ({ protect }: Pick<StageTraits, 'protect'>) =>
  protect ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;

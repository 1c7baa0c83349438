import type { LogLevel } from '@aws-lambda-powertools/logger/types';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { HttpHandler } from '@smithy/core/protocols';
import { makeCorrelation } from '#shared/correlation';
import { correlatedLogger } from '#shared/logger';
import { retryStrategy } from '#shared/retry';
import type { Clients, Fetch, Metric, Runtime, Variable } from '#shared/runtime';
import type { Times } from '#shared/times';
import { REGION } from '../arns.ts';
import { sleep } from '../clock.ts';
import { type Random, uuid } from '../random.ts';
import { requestHandler } from '../sdk.ts';
import type { Caller, Clock, Service } from '../service.ts';

/** A count, and who counted. */
export type Counted = {
  readonly by: string;
  readonly name: Metric;
  readonly value: number;
  readonly details: Readonly<Record<string, unknown>>;
};

/** What the host gives to every environment. */
export type Surroundings = {
  readonly clock: Clock;
  readonly random: Random;
  readonly services: readonly Service[];
  readonly fetch: Fetch;
  readonly logLevel: LogLevel;
  readonly times: Times;
  /** Hears of every count. */
  readonly count?: ((counted: Counted) => void) | undefined;
};

export type Identity = {
  readonly caller: Caller;
  readonly variables: Readonly<Partial<Record<Variable, string>>>;
};

export type OwnRuntime = {
  readonly runtime: Runtime<keyof Clients>;
  readonly kill: () => void;
  /** In whose name it calls services: its own and no other environment's. */
  readonly caller: Caller;
};

const ENDPOINT = new URL('http://embedded.invalid');
const UNSIGNED = {
  schemeId: 'aws.auth#sigv4',
  identityProvider: () => async () => ({}),
  signer: { sign: async <R>(request: R): Promise<R> => request },
};

/** Set in full, so that no client looks into the machine's AWS configuration; in process, nobody checks a signature. */
const clientOptions = (handler: HttpHandler, random: Random) => ({
  region: REGION,
  endpoint: ENDPOINT.href,
  endpointProvider: () => ({ url: ENDPOINT }),
  credentials: { accessKeyId: 'embedded', secretAccessKey: 'embedded' },
  httpAuthSchemes: [UNSIGNED],
  requestHandler: handler,
  retryStrategy: retryStrategy(random.number),
  retryMode: 'standard',
  maxAttempts: 2,
  defaultsMode: 'standard' as const,
  authSchemePreference: [],
  useDualstackEndpoint: false,
  useFipsEndpoint: false,
  userAgentAppId: async () => undefined,
});

/** Makes each client when it is first asked for: few functions need all of them. */
const clients = (handler: HttpHandler, random: Random): Clients => {
  const options = clientOptions(handler, random);
  const made: { -readonly [K in keyof Clients]?: Clients[K] } = {};
  return {
    get db() {
      made.db ??= DynamoDBDocumentClient.from(
        new DynamoDBClient({
          ...options,
          accountIdEndpointMode: 'disabled',
          endpointDiscoveryEnabledProvider: async () => false,
        }),
        { marshallOptions: { removeUndefinedValues: true } },
      );
      return made.db;
    },
    get bus() {
      made.bus ??= new EventBridgeClient({ ...options, sigv4aSigningRegionSet: [REGION] });
      return made.bus;
    },
    get workflows() {
      made.workflows ??= new SFNClient(options);
      return made.workflows;
    },
    get secrets() {
      made.secrets ??= new SecretsManagerClient(options);
      return made.secrets;
    },
    get mail() {
      made.mail ??= new SESv2Client({ ...options, sigv4aSigningRegionSet: [REGION] });
      return made.mail;
    },
    get queues() {
      made.queues ??= new SQSClient(options);
      return made.queues;
    },
  };
};

/**
 * The world of one execution environment. Once killed it answers nothing more, so that what still runs in there has no further
 * effect, as in a process that is gone.
 */
export const ownRuntime = ({ caller, variables }: Identity, around: Surroundings): OwnRuntime => {
  const { clock, random, services, logLevel } = around;
  let killed = false;
  const whileAlive =
    <A extends unknown[], T>(work: (...args: A) => Promise<T>) =>
    (...args: A): Promise<T> =>
      new Promise((resolve, reject) => {
        if (killed) return;
        work(...args).then(
          (value) => killed || resolve(value),
          (error) => killed || reject(error),
        );
      });
  const handler = requestHandler(services, caller);
  const made = clients({ ...handler, handle: whileAlive(handler.handle) }, random);
  const correlation = makeCorrelation();
  const world = {
    now: () => new Date(clock.now()),
    newId: () => uuid(random),
    random: random.number,
    randomBytes: random.bytes,
    sleep: whileAlive((ms: number) => sleep(clock, ms)),
    fetch: whileAlive(around.fetch),
    times: around.times,
    env(name: Variable): string {
      const value = variables[name];
      if (value === undefined) throw new Error(`environment variable ${name} is not set`);
      return value;
    },
    logger: correlatedLogger(correlation, { serviceName: caller.name, logLevel }),
    correlation,
    metric: (name: Metric, value: number, details: Counted['details'] = {}) =>
      killed || around.count?.({ by: caller.name, name, value, details }),
  };
  return {
    runtime: Object.defineProperties(world, Object.getOwnPropertyDescriptors(made)) as Runtime<keyof Clients>,
    kill() {
      killed = true;
    },
    caller,
  };
};

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { HttpHandler } from '@smithy/core/protocols';
import { retryStrategy } from '#platform/runtime/retry';
import type { Clients } from '#platform/runtime/runtime';
import { REGION } from '../aws/arns.ts';
import type { RandomSource } from '../aws/random.ts';

const ENDPOINT = new URL('http://embedded.invalid');
const UNSIGNED = {
  schemeId: 'aws.auth#sigv4',
  identityProvider: () => async () => ({}),
  signer: { sign: async <R>(request: R): Promise<R> => request },
};

/**
 * These options are complete, so that no client reads the machine's AWS configuration. Requests are not signed, because no embedded
 * service checks a signature.
 */
const createClientOptions = (handler: HttpHandler, random: RandomSource) => ({
  region: REGION,
  endpoint: ENDPOINT.href,
  endpointProvider: () => ({ url: ENDPOINT }),
  credentials: { accessKeyId: 'embedded', secretAccessKey: 'embedded' },
  httpAuthSchemes: [UNSIGNED],
  requestHandler: handler,
  retryStrategy: retryStrategy(random.nextFloat),
  retryMode: 'standard',
  maxAttempts: 2,
  defaultsMode: 'standard' as const,
  authSchemePreference: [],
  useDualstackEndpoint: false,
  useFipsEndpoint: false,
  userAgentAppId: async () => undefined,
});

/** They add headers that no embedded service reads, and copy inputs and outputs for a logger that is off. */
const UNUSED_MIDDLEWARE = [
  ...['hostHeaderMiddleware', 'contentLengthMiddleware', 'getUserAgentMiddleware'],
  ...['recursionDetectionMiddleware', 'loggerMiddleware'],
];

type Client = { readonly config: object; readonly middlewareStack: { readonly remove: (name: string) => boolean } };

/** Removes middleware that costs half the time of an in-process call and has no effect on it (ADR 60). */
const removeUnusedMiddleware = <C extends Client>(client: C): C => {
  for (const name of UNUSED_MIDDLEWARE)
    if (!client.middlewareStack.remove(name)) throw new Error(`the SDK has no ${name}`);
  // the SDK copies its configuration three times per call; V8 keeps the prototype of another object in a form that is fast to copy
  Object.create(client.config);
  return client;
};

type Options = {
  readonly random: RandomSource;
  /** Wraps the table's client. */
  readonly guard?: (db: Clients['db']) => Clients['db'];
};

/** Creates each client on first use, because few functions need all of them. */
export const createClients = (handler: HttpHandler, { random, guard = (db) => db }: Options): Clients => {
  const options = createClientOptions(handler, random);
  const cache: { -readonly [K in keyof Clients]?: Clients[K] } = {};
  return {
    get db() {
      cache.db ??= guard(
        removeUnusedMiddleware(
          DynamoDBDocumentClient.from(
            new DynamoDBClient({
              ...options,
              accountIdEndpointMode: 'disabled',
              endpointDiscoveryEnabledProvider: async () => false,
            }),
            { marshallOptions: { removeUndefinedValues: true } },
          ),
        ),
      );
      return cache.db;
    },
    get bus() {
      cache.bus ??= removeUnusedMiddleware(new EventBridgeClient({ ...options, sigv4aSigningRegionSet: [REGION] }));
      return cache.bus;
    },
    get workflows() {
      cache.workflows ??= removeUnusedMiddleware(new SFNClient(options));
      return cache.workflows;
    },
    get secrets() {
      cache.secrets ??= removeUnusedMiddleware(new SecretsManagerClient(options));
      return cache.secrets;
    },
    get mail() {
      cache.mail ??= removeUnusedMiddleware(new SESv2Client({ ...options, sigv4aSigningRegionSet: [REGION] }));
      return cache.mail;
    },
    get queues() {
      cache.queues ??= removeUnusedMiddleware(new SQSClient(options));
      return cache.queues;
    },
  };
};

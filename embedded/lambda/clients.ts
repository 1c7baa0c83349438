import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { HttpHandler } from '@smithy/core/protocols';
import { retryStrategy } from '#shared/retry';
import type { Clients } from '#shared/runtime';
import { REGION } from '../arns.ts';
import type { Random } from '../random.ts';

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

/** They make headers that no service here reads, and copies for a logger that is off. */
const UNUSED = [
  ...['hostHeaderMiddleware', 'contentLengthMiddleware', 'getUserAgentMiddleware'],
  ...['recursionDetectionMiddleware', 'loggerMiddleware'],
];

type Client = { readonly config: object; readonly middlewareStack: { readonly remove: (name: string) => boolean } };

/** The client without what costs half of a call that stays in this process, and changes nothing of it. */
const lean = <C extends Client>(client: C): C => {
  for (const name of UNUSED) if (!client.middlewareStack.remove(name)) throw new Error(`the SDK has no ${name}`);
  // the SDK copies its configuration thrice a call: what others inherit from, V8 keeps in a form that is fast to copy
  Object.create(client.config);
  return client;
};

/** Makes each client when it is first asked for: few functions need all of them. */
export const clients = (handler: HttpHandler, random: Random): Clients => {
  const options = clientOptions(handler, random);
  const made: { -readonly [K in keyof Clients]?: Clients[K] } = {};
  return {
    get db() {
      made.db ??= lean(
        DynamoDBDocumentClient.from(
          new DynamoDBClient({
            ...options,
            accountIdEndpointMode: 'disabled',
            endpointDiscoveryEnabledProvider: async () => false,
          }),
          { marshallOptions: { removeUndefinedValues: true } },
        ),
      );
      return made.db;
    },
    get bus() {
      made.bus ??= lean(new EventBridgeClient({ ...options, sigv4aSigningRegionSet: [REGION] }));
      return made.bus;
    },
    get workflows() {
      made.workflows ??= lean(new SFNClient(options));
      return made.workflows;
    },
    get secrets() {
      made.secrets ??= lean(new SecretsManagerClient(options));
      return made.secrets;
    },
    get mail() {
      made.mail ??= lean(new SESv2Client({ ...options, sigv4aSigningRegionSet: [REGION] }));
      return made.mail;
    },
    get queues() {
      made.queues ??= lean(new SQSClient(options));
      return made.queues;
    },
  };
};

import type { Logger } from '@aws-lambda-powertools/logger';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SESv2Client } from '@aws-sdk/client-sesv2';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Correlation } from '#platform/runtime/correlation';
import type { TenantScope } from '#platform/runtime/tenant-scope';
import type { Times } from '#platform/runtime/times';

/** The environment variables that a function may read. Its manifest decides which of them it has. */
export type Variable =
  | 'STAGE'
  | 'TABLE_NAME'
  | 'TIMES'
  /** `all` for a function that works for all tenants. */
  | 'TENANTS'
  | 'BUS_NAME'
  | 'PROVIDER_URL'
  | 'SECRET_PREFIX'
  /** The sender's address, or `sink` on a stage that sends no mail. */
  | 'MAIL'
  /** By which SES sends the stage's mail, if it sends any. */
  | 'MAIL_CONFIGURATION_SET'
  /** The URLs of a worker's queue, of its dead letters, and of the queue to which it reports canaries. */
  | 'OWN_QUEUE_URL'
  | 'DEAD_LETTERS_URL'
  | 'CANARIES_URL'
  /** What the URL of every queue of the stage begins with, and the ids of all workers, separated by commas. */
  | 'QUEUES_URL_PREFIX'
  | 'WORKERS'
  /** A digest of the code of every function. */
  | 'CODE_VERSION'
  | `WORKFLOW_${string}`
  | `QUEUE_${string}`;

export type Fetch = (url: string, init: RequestInit & { readonly timeoutMs: number }) => Promise<Response>;

/** What a handler may use apart from AWS: time, chance, the network, configuration and the log. */
export type BaseRuntime = {
  readonly now: () => Date;
  /** Unpredictable, except in the simulator. */
  readonly newId: () => string;
  /** From 0 to below 1. For jitter and spreading, never for secrets. */
  readonly random: () => number;
  /** Unpredictable bytes for secrets. */
  readonly randomBytes: (length: number) => Uint8Array;
  readonly sleep: (ms: number) => Promise<void>;
  /** Rejects after `timeoutMs`, whether before the response's head or within its body. */
  readonly fetch: Fetch;
  /** The stage's deadlines and other times. */
  readonly times: Times;
  /** Throws for a variable that is not set. */
  readonly env: (name: Variable) => string;
  /** The name under which the function is deployed. */
  readonly functionName: string;
  /** Every line carries the current correlation id. */
  readonly logger: Logger;
  readonly correlation: Correlation;
  /** The tenant of the current work. The table's client refuses the keys of every other. */
  readonly tenants: TenantScope;
  /**
   * Counts an event by the name of one of the context's metrics. The details stand beside the figure in the log. They are not
   * dimensions, so there may be any number.
   */
  readonly metric: (name: string, value: number, details?: Readonly<Record<string, unknown>>) => void;
};

export type Clients = {
  readonly db: DynamoDBDocumentClient;
  readonly bus: EventBridgeClient;
  readonly workflows: SFNClient;
  readonly secrets: SecretsManagerClient;
  readonly mail: SESv2Client;
  readonly queues: SQSClient;
};

/**
 * All that a handler may use of the outside. AWS, the embedded host and the simulator each provide their own. Nothing else creates
 * a client, reads the environment, the clock or a source of random numbers (ADR 1).
 */
export type Runtime<C extends keyof Clients = never> = BaseRuntime & Pick<Clients, C>;

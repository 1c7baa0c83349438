import type { Logger } from '@aws-lambda-powertools/logger';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SESv2Client } from '@aws-sdk/client-sesv2';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Correlation } from '#shared/correlation';
import type { Times } from '#shared/times';

/** The environment variables that a function may read; which of them it has follows from its manifest. */
export type Variable =
  | 'STAGE'
  | 'TABLE_NAME'
  | 'TIMES'
  | 'BUS_NAME'
  | 'PROVIDER_URL'
  | 'SECRET_PREFIX'
  /** Whom mail is from, or `sink` where none is sent. */
  | 'MAIL'
  | `WORKFLOW_${string}`
  | `QUEUE_${string}`;

/** What a stage counts, and has alarms for. */
export type Metric = 'BreakerOpened' | 'OrdersRestarted' | 'OrdersExpired' | 'OrdersParked';

export type Fetch = (url: string, init: RequestInit & { readonly timeoutMs: number }) => Promise<Response>;

/** The world apart from AWS: time, chance, the network, configuration and the log. */
export type World = {
  readonly now: () => Date;
  /** Unpredictable unless the host says otherwise. */
  readonly newId: () => string;
  /** At least 0, less than 1. For jitter and spreading, never for secrets. */
  readonly random: () => number;
  /** Unpredictable bytes for secrets. */
  readonly randomBytes: (length: number) => Uint8Array;
  readonly sleep: (ms: number) => Promise<void>;
  /** Rejects after `timeoutMs`, be it before the answer's head or within its body. */
  readonly fetch: Fetch;
  /** What the stage says of deadlines and other times. */
  readonly times: Times;
  /** Throws for a variable that is not set. */
  readonly env: (name: Variable) => string;
  /** Every line of it carries the correlation's id. */
  readonly logger: Logger;
  readonly correlation: Correlation;
  /** Counts what happened. The details stand beside the figure in the log; they are no dimensions, so there may be any number. */
  readonly metric: (name: Metric, value: number, details?: Readonly<Record<string, unknown>>) => void;
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
 * All that a handler may touch of the world. AWS, the embedded host and the simulator each bring their own; nothing else
 * makes a client, reads the environment, asks for the time or rolls dice.
 */
export type Runtime<C extends keyof Clients = never> = World & Pick<Clients, C>;

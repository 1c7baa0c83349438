import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { REQUEST_TIMEOUT_MS, retryStrategy } from '#platform/runtime/retry';

/** What every client has on AWS: our retry strategy, and time-outs that throw. */
export const clientOptions = () => ({
  retryStrategy: retryStrategy(Math.random),
  requestHandler: { connectionTimeout: 1_000, requestTimeout: REQUEST_TIMEOUT_MS, throwOnRequestTimeout: true },
});

// A bundle keeps the clients that its function names and drops the others. The table's client is in db.ts.

export const bus = () => new EventBridgeClient(clientOptions());
export const workflows = () => new SFNClient(clientOptions());
export const secrets = () => new SecretsManagerClient(clientOptions());
export const mail = () => new SESv2Client(clientOptions());
export const queues = () => new SQSClient(clientOptions());

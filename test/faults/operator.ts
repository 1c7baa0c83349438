import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { allowRefund, type Order, resumeOrder, setOutage } from '../acceptance/client.ts';
import { host, queueNames } from '../acceptance/host.ts';
import { pollUntil } from '../acceptance/poll.ts';
import type { Shop } from '../acceptance/shop.ts';
import { workers } from './kills.ts';
import { retryUntilAnswered } from './retry.ts';

const COMMAND_TIMEOUT_MS = 60_000;
const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

export type CommandResult = { readonly code: number; readonly output: string };

/** Runs an npm script against the host's stage, as an operator does. */
export const runNpmScript = (script: string, ...args: readonly string[]) =>
  new Promise<CommandResult>((resolve, reject) => {
    const { endpoint, region, credentials } = host.aws;
    const stageArgs = ['--stage', host.stage, ...(endpoint ? ['--endpoint', endpoint] : [])];
    const env = {
      ...process.env,
      ...(region && { AWS_REGION: region }),
      ...(credentials && {
        ...{ AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey },
        // those of the developer's shell would take precedence
        ...{ AWS_PROFILE: '', AWS_SESSION_TOKEN: '' },
      }),
    };
    const options = { cwd: PROJECT, env, timeout: COMMAND_TIMEOUT_MS };
    execFile('npm', ['run', '--silent', script, '--', ...args, ...stageArgs], options, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error);
      else resolve({ code: Number(error?.code ?? 0), output: `${stdout}${stderr}` });
    });
  });

const runOps = async (...args: readonly string[]): Promise<string> => {
  const { code, output } = await runNpmScript('ops', ...args);
  if (code !== 0) throw new Error(output);
  return output;
};

type QueueCount = { readonly count: number; readonly name: string };
/** Queues with messages that wait for an operator. */
export const listNonEmptyQueues = async (): Promise<readonly QueueCount[]> =>
  (await runOps('queues'))
    .trim()
    .split('\n')
    .map((line) => line.split('\t'))
    .map(([count, name = '']) => ({ count: Number(count), name }))
    .filter(({ count }) => count > 0);

export const repairProvider = (shops: readonly Shop[]) =>
  Promise.all(shops.map(({ tenantId }) => retryUntilAnswered(() => setOutage(tenantId, 0))));

/** Repairs what keeps parked orders from being cancelled, and resumes them. */
export const resumeParked = async ({ tenantId }: Shop, orders: readonly Order[]) => {
  for (const { id, status } of orders) {
    if (status !== 'needs_attention') continue;
    await retryUntilAnswered(() => allowRefund(tenantId, id));
    await retryUntilAnswered(() => resumeOrder(tenantId, id));
  }
};

const sqs = new SQSClient(host.aws);
/** Messages that the worker has not yet handled. */
const countMessages = async (worker: string): Promise<number> => {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queueNames.queue(worker) }));
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  return (
    Number(Attributes['ApproximateNumberOfMessages']) + Number(Attributes['ApproximateNumberOfMessagesNotVisible'])
  );
};
/** Waits until messages wait for the worker. Resolves to their number. */
export const waitForBacklog = (worker: string, shops: readonly Shop[]): Promise<number> =>
  pollUntil(
    host.limits.deadLetterMs,
    async () => {
      // its last request may be a dead letter already, and only who reads stock makes another
      for (const shop of shops) await retryUntilAnswered(() => shop.stock('mug'));
      return countMessages(worker);
    },
    (count) => count > 0,
  );
export const waitForEmptyQueues = (timeoutMs: number) =>
  pollUntil(
    timeoutMs,
    () => Promise.all(workers.map(countMessages)),
    (counts) => counts.every((count) => count === 0),
  );

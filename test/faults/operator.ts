import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { allowRefund, type Order, outage, resume } from '../acceptance/client.ts';
import { host, queueNames } from '../acceptance/host.ts';
import { until } from '../acceptance/poll.ts';
import type { Shop } from '../acceptance/shop.ts';
import { workers } from './kills.ts';
import { persist } from './persist.ts';

const COMMAND_MS = 60_000;
const DEAD = /-dead$/;
const project = fileURLToPath(new URL('../..', import.meta.url));

export type Ran = { readonly code: number; readonly output: string };

/** A command as an operator runs it, against the host's stage. */
export const npmRun = (script: string, ...args: readonly string[]) =>
  new Promise<Ran>((resolve, reject) => {
    const { endpoint, region, credentials } = host.aws;
    const where = ['--stage', host.stage, ...(endpoint ? ['--endpoint', endpoint] : [])];
    const env = {
      ...process.env,
      ...(region && { AWS_REGION: region }),
      ...(credentials && {
        ...{ AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey },
      }),
    };
    const options = { cwd: project, env, timeout: COMMAND_MS };
    execFile('npm', ['run', '--silent', script, '--', ...args, ...where], options, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error);
      else resolve({ code: Number(error?.code ?? 0), output: `${stdout}${stderr}` });
    });
  });

const ops = async (...args: readonly string[]): Promise<string> => {
  const { code, output } = await npmRun('ops', ...args);
  if (code !== 0) throw new Error(output);
  return output;
};

type Rest = { readonly count: number; readonly name: string };
/** The queues in which something lies that does not leave by itself. */
export const rests = async (): Promise<readonly Rest[]> =>
  (await ops('queues'))
    .trim()
    .split('\n')
    .map((line) => line.split('\t'))
    .map(([count, name = '']) => ({ count: Number(count), name }))
    .filter(({ count }) => count > 0);

/** Waits for the doomed worker's first dead letter. */
export const firstDeadLetter = (worker: string) =>
  until(host.limits.deadLetterMs, rests, (found) => found.some(({ name }) => name === queueNames.deadLetters(worker)));

/** Sends all dead letters back to where they came from; answers how many they were. */
export const redriveAll = async (): Promise<number> => {
  let moved = 0;
  for (const { name } of await rests()) {
    if (!DEAD.test(name)) continue;
    const said = await ops('redrive', '--from', name, '--to', name.replace(DEAD, ''), '--most', '1000');
    moved += Number(/moved (\d+)/.exec(said)?.[1]);
  }
  return moved;
};

export const repairProvider = (shops: readonly Shop[]) =>
  Promise.all(shops.map(({ tenantId }) => persist(() => outage(tenantId, 0))));

/** What keeps the orders from being unwound is mended, and they go on. */
export const resumeParked = async ({ tenantId }: Shop, orders: readonly Order[]) => {
  for (const { id, status } of orders) {
    if (status !== 'needs_attention') continue;
    await persist(() => allowRefund(tenantId, id));
    await persist(() => resume(tenantId, id));
  }
};

const sqs = new SQSClient(host.aws);
/** How many messages a worker still has to handle. */
const waiting = async (worker: string): Promise<number> => {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queueNames.queue(worker) }));
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  return (
    Number(Attributes['ApproximateNumberOfMessages']) + Number(Attributes['ApproximateNumberOfMessagesNotVisible'])
  );
};
export const allHandled = (withinMs: number) =>
  until(
    withinMs,
    () => Promise.all(workers.map(waiting)),
    (counts) => counts.every((count) => count === 0),
  );

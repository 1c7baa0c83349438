import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { manifests } from '#manifests';
import { createHost } from '../embedded/host.ts';
import { seed } from '../embedded/seed.ts';
import { listen } from '../embedded/server.ts';

const ROOT = join(import.meta.dirname, '..');
const OPERATOR_KEY = 'operator-0123456789';
const API_KEY = 'bw_acme_0123456789abcdef';
const DEAD = 'breakwater-dev-orders-start-saga-dead';

const pages = readdirSync(join(ROOT, 'docs/runbooks')).map((name) => ({
  name,
  text: readFileSync(join(ROOT, 'docs/runbooks', name), 'utf8'),
}));
const commandsIn = (text: string) =>
  [...text.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = '']) => block.trim().split('\n'));
const commands = [...new Set(pages.flatMap(({ text }) => commandsIn(text)))];

let env: Record<string, string>;
let stop: () => Promise<void>;

const sh = async (command: string) => {
  const { stdout, stderr } = await promisify(execFile)('sh', ['-c', command], {
    cwd: ROOT,
    env: { ...process.env, ...env },
  });
  return { stdout: stdout.trim(), stderr };
};

const api = async (method: string, path: string, body?: object) => {
  const answer = await fetch(`${env['BREAKWATER_URL']}${path}`, {
    method,
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', 'idempotency-key': 'parked' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return (await answer.json()) as { readonly id: string; readonly status: string };
};

/** An order whose money the provider does not give back. */
const parkOrder = async (): Promise<string> => {
  const { id } = await api('POST', '/v1/orders', {
    lines: [{ sku: 'mug', quantity: 1 }],
    customer: { email: 'a@example.com' },
    payment: { token: 'tok_refund_refused' },
  });
  await sleep(1_000);
  await api('POST', `/v1/orders/${id}/cancel`);
  const parked = async () => {
    const { status } = await api('GET', `/v1/orders/${id}`);
    if (status !== 'needs_attention') throw new Error(`the order is ${status}`);
  };
  await vi.waitFor(parked, { timeout: 40_000, interval: 200 });
  return id;
};

beforeAll(async () => {
  const server = await listen(0);
  const { origin } = server;
  const secrets = { 'operator-key': OPERATOR_KEY, 'provider-key': 'provider', 'provider-callback-key': 'callback' };
  const host = createHost({ manifests, origin, secrets });
  await seed(host, { tenantId: 'acme', secret: '0123456789abcdef' });
  server.serve(host);
  stop = async () => {
    await server.close();
    host.close();
  };
  const aws = { AWS_ENDPOINT_URL: origin, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
  env = { ...aws, BREAKWATER_URL: origin, STAGE: 'dev', OPERATOR_KEY, TENANT: 'acme', SINCE: '2026-01-01T00:00:00Z' };
  env = { ...env, ORDER: await parkOrder(), FROM: DEAD, TO: 'breakwater-dev-notifications-deliver-dead' };
  const sqs = new SQSClient({
    endpoint: origin,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: DEAD }));
  for (const n of [1, 2, 3]) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: `poison ${n}` }));
}, 60_000);

afterAll(() => stop());

test.each(pages)('$name is a page: what it means, look here, do this, with commands', ({ text }) => {
  for (const part of ['**What it means.**', '**Look here.**', '**Do this.**']) expect(text).toContain(part);
  expect(text.split('\n').length).toBeLessThan(60);
  expect(commandsIn(text).length).toBeGreaterThan(0);
});

describe('what the commands answer', () => {
  const lines = async (command: string) => (await sh(command)).stdout.split('\n');

  test('queues counts what waits', async () => expect(await lines('npm run -s ops -- queues')).toContain(`3\t${DEAD}`));

  test('look shows messages, which stay', async () => {
    for (const _ of [1, 2]) {
      const seen = (await lines(`npm run -s ops -- look --queue ${DEAD}`)).map((line) => JSON.parse(line).body);
      expect(seen.sort()).toEqual(['poison 1', 'poison 2', 'poison 3']);
    }
  });

  test('redrive moves as many as it may', async () => {
    expect(await lines(`npm run -s ops -- redrive --from ${DEAD} --to ${env['TO']} --most 2`)).toEqual([
      `moved 2 messages from ${DEAD} to ${env['TO']}`,
    ]);
    expect(await lines('npm run -s ops -- queues')).toEqual(expect.arrayContaining([`1\t${DEAD}`, `2\t${env['TO']}`]));
  });

  test('orders finds the parked one, with its cause', async () => {
    const [parked = '', ...others] = await lines('npm run -s ops -- orders --tenant acme --status needs_attention');
    expect(others).toEqual([]);
    expect(JSON.parse(parked)).toMatchObject({ id: env['ORDER'], cause: expect.stringContaining('refuses') });
    expect(await lines('npm run -s ops -- orders --tenant other --status needs_attention')).toEqual(['none']);
  });

  test('executions names the order and what failed', async () => {
    const done = await lines('npm run -s ops -- executions --workflow unwind-order --status SUCCEEDED');
    expect(done.map((line) => JSON.parse(line).name)).toContain(`${env['ORDER']}.2`);
  });

  test.each([
    ['look --queue nowhere', 'there is no queue nowhere'],
    ['look', '--queue is missing'],
    ['executions --workflow nothing', 'unknown workflow nothing'],
    ['redrive --from a --to b --most none', '--most must be'],
    ['dance', 'npm run ops'],
  ])('%s ends with 1 and says why', async (args, why) => {
    const failed = expect(sh(`npm run -s ops -- ${args}`)).rejects;
    await failed.toMatchObject({ code: 1, stderr: expect.stringContaining(why) });
  });
});

test.each(commands)('it runs: %s', async (command) => {
  const { stdout, stderr } = await sh(command);
  expect(stderr).toBe('');
  expect(stdout).not.toBe('');
  if (!command.startsWith('curl')) return;
  const answer = JSON.parse(stdout);
  expect(answer.code, stdout).toBeUndefined();
  if (command.includes('/resume')) expect(answer).toMatchObject({ id: env['ORDER'], status: 'cancelling' });
});

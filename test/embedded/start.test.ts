import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { GetQueueUrlCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const settings = { PORT: '0', DEMO_API_KEY: 'bw_acme_0123456789abcdef', OPERATOR_KEY: 'operator-0123456789' };
const start = (more: Record<string, string> = {}) =>
  spawn(process.execPath, ['embedded/main.ts'], { cwd: ROOT, env: { ...process.env, ...settings, ...more } });

const printed = async ({ stdout, stderr }: ChildProcess, wanted: string): Promise<string> => {
  let text = '';
  stderr?.on('data', (chunk) => {
    text += chunk;
  });
  for await (const chunk of stdout ?? []) {
    text += chunk;
    if (text.includes(wanted)) return text;
  }
  throw new Error(`it ended without "${wanted}": ${text}`);
};

let server: ChildProcess;
let welcome = '';
let origin = '';

beforeAll(async () => {
  server = start();
  welcome = await printed(server, 'Ctrl-C');
  origin = /http:\/\/127\.0\.0\.1:\d+/.exec(welcome)?.[0] ?? '';
});

afterAll(async () => {
  const ended = once(server, 'exit');
  server.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});

const get = async (path: string) => {
  const answer = await fetch(`${origin}${path}`, { headers: { authorization: `Bearer ${settings.DEMO_API_KEY}` } });
  return { status: answer.status, json: await answer.json() };
};

it('prints keys and two commands that work as they are, and confirms the order within a second', async () => {
  expect(welcome).toContain(settings.OPERATOR_KEY);
  const [place = '', read = ''] = welcome.match(/curl -s(?:\\\n|[^\n])+/g) ?? [];
  const run = (command: string) => JSON.parse(spawnSync('sh', ['-c', command]).stdout.toString());
  const placed = run(place);
  expect(placed).toMatchObject({ status: 'placed', total: { amount: 2_500, currency: 'EUR' } });
  const patiently = { timeout: 10_000 };
  await expect.poll(() => run(read).items[0], patiently).toMatchObject({ id: placed.id, status: 'confirmed' });
  const [begun, confirmed] = run(read).items[0].history.map(({ at }: { readonly at: string }) => Date.parse(at));
  expect(confirmed - begun).toBeLessThan(1_000);
  await expect.poll(() => get('/v1/inventory/mug'), patiently).toMatchObject({ json: { held: 0, sold: 2 } });
});

it('takes calls of AWS clients on the same port, poison among them, and goes on', async () => {
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  const client = new SQSClient({ endpoint: origin, region: 'us-east-1', credentials });
  const url = async (QueueName: string) => (await client.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl ?? '';
  const dead = await url('breakwater-dev-orders-start-saga-dead');
  await client.send(new SendMessageCommand({ QueueUrl: dead, MessageBody: 'for later' }));
  const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl: dead, WaitTimeSeconds: 1 }));
  expect(Messages).toMatchObject([{ Body: 'for later' }]);
  const worker = await url('breakwater-dev-orders-start-saga');
  expect(worker).toContain(origin);
  await client.send(new SendMessageCommand({ QueueUrl: worker, MessageBody: 'poison' }));
  expect((await get('/v1/health/live')).status).toBe(200);
  client.destroy();
});

it('answers 413 to more than 10 MB, also when it is sent in one go', async () => {
  const answer = await fetch(`${origin}/v1/orders`, { method: 'POST', body: 'x'.repeat(10 * 1024 * 1024 + 1) });
  expect([answer.status, await answer.json()]).toMatchObject([413, { code: 'body_too_large' }]);
});

it('knows no unknown AWS call', async () => {
  const answer = await fetch(origin, {
    method: 'POST',
    headers: { 'x-amz-target': 'AmazonSQS.CreateQueue' },
    body: '{}',
  });
  expect([answer.status, await answer.json()]).toMatchObject([
    501,
    { message: 'not supported by the embedded host: AmazonSQS.CreateQueue' },
  ]);
});

it.each([
  ['a taken port', () => ({ PORT: new URL(origin).port }), /^Port \d+ is taken[^\n]*\n$/],
  ['a malformed key', () => ({ DEMO_API_KEY: 'mine' }), /^DEMO_API_KEY must be[^\n]*\n$/],
])('ends with 1 and one line for %s', (_, more, line) => {
  const ended = spawnSync(process.execPath, ['embedded/main.ts'], {
    cwd: ROOT,
    env: { ...process.env, ...settings, ...more() },
  });
  expect([ended.status, ended.stdout.toString()]).toEqual([1, '']);
  expect(ended.stderr.toString()).toMatch(line);
});

it('stops on Ctrl-C while a client keeps its connection', async () => {
  const other = start();
  const text = await printed(other, 'Ctrl-C');
  await (await fetch(`${/http:\/\/[\d.:]+/.exec(text)?.[0]}/v1/health/live`)).text();
  const ended = once(other, 'exit');
  other.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
});

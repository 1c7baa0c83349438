import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { GetQueueUrlCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signCall } from '../../fixtures/aws-call.ts';

const ROOT = join(import.meta.dirname, '../../..');
const settings = { PORT: '0', DEMO_API_KEY: 'bw_acme_0123456789abcdef', OPERATOR_KEY: 'operator-0123456789' };
const start = (more: Record<string, string> = {}) =>
  spawn(process.execPath, ['embedded/host/main.ts'], { cwd: ROOT, env: { ...process.env, ...settings, ...more } });

const outputUntil = async ({ stdout, stderr }: ChildProcess, marker: string): Promise<string> => {
  let text = '';
  stderr?.on('data', (chunk) => {
    text += chunk;
  });
  for await (const chunk of stdout ?? []) {
    text += chunk;
    if (text.includes(marker)) return text;
  }
  throw new Error(`the process ended without "${marker}": ${text}`);
};

let server: ChildProcess;
let welcome = '';
let origin = '';

beforeAll(async () => {
  server = start();
  welcome = await outputUntil(server, 'Ctrl-C');
  origin = /http:\/\/127\.0\.0\.1:\d+/.exec(welcome)?.[0] ?? '';
});

afterAll(async () => {
  const exited = once(server, 'exit');
  server.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  expect(existsSync(credentialFile())).toBe(false);
});

const credentialFile = () => join(ROOT, '.breakwater', `${new URL(origin).port}.env`);
const printed = (pattern: RegExp): string => pattern.exec(welcome)?.[1] ?? '';
const printedCredential = () => ({
  accessKeyId: printed(/AWS access key id +(\S+)/),
  secretAccessKey: printed(/AWS secret access key +(\S+)/),
});

const getJson = async (path: string) => {
  const response = await fetch(`${origin}${path}`, { headers: { authorization: `Bearer ${settings.DEMO_API_KEY}` } });
  return { status: response.status, json: await response.json() };
};

it('prints keys and two commands that work unchanged, and confirms the order', async () => {
  expect(welcome).toContain(settings.OPERATOR_KEY);
  const [place = '', read = ''] = welcome.match(/curl -s(?:\\\n|[^\n])+/g) ?? [];
  const run = (command: string) => JSON.parse(spawnSync('sh', ['-c', command]).stdout.toString());
  const placed = run(place);
  expect(placed).toMatchObject({ status: 'placed', total: { amount: 2_500, currency: 'EUR' } });
  const polling = { timeout: 10_000 };
  await expect.poll(() => run(read).items[0], polling).toMatchObject({ id: placed.id, status: 'confirmed' });
  await expect.poll(() => getJson('/v1/inventory/mug'), polling).toMatchObject({ json: { held: 0, sold: 2 } });
});

it('keeps the printed AWS credential in a file that only its user may read, and that git ignores', () => {
  const { accessKeyId, secretAccessKey } = printedCredential();
  expect(welcome).toContain(`: . ${relative(ROOT, credentialFile())}\n`);
  const script = readFileSync(credentialFile(), 'utf8');
  for (const text of [accessKeyId, secretAccessKey, origin]) expect(script).toContain(text);
  expect(statSync(credentialFile()).mode & 0o777).toBe(0o600);
  expect(statSync(dirname(credentialFile())).mode & 0o777).toBe(0o700);
  expect(spawnSync('git', ['check-ignore', '-q', credentialFile()], { cwd: ROOT }).status).toBe(0);
});

it('serves AWS clients on the same port, and survives a poison message', async () => {
  const client = new SQSClient({ endpoint: origin, region: 'us-east-1', credentials: printedCredential() });
  const url = async (QueueName: string) => (await client.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl ?? '';
  const deadLetters = await url('breakwater-dev-orders-start-saga-dead');
  await client.send(new SendMessageCommand({ QueueUrl: deadLetters, MessageBody: 'for later' }));
  const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl: deadLetters, WaitTimeSeconds: 1 }));
  expect(Messages).toMatchObject([{ Body: 'for later' }]);
  const worker = await url('breakwater-dev-orders-start-saga');
  expect(worker).toContain(origin);
  await client.send(new SendMessageCommand({ QueueUrl: worker, MessageBody: 'poison' }));
  expect((await getJson('/v1/health/live')).status).toBe(200);
  client.destroy();
});

it('answers 413 to more than 256 KB, even if 10 MB are sent at once', async () => {
  const response = await fetch(`${origin}/v1/orders`, { method: 'POST', body: 'x'.repeat(10 * 1024 * 1024 + 1) });
  expect([response.status, await response.json()]).toMatchObject([413, { code: 'body_too_large' }]);
});

it('answers 501 to an unsupported AWS call', async () => {
  const response = await fetch(origin, {
    method: 'POST',
    headers: await signCall({ origin, target: 'AmazonSQS.CreateQueue', body: '{}', credentials: printedCredential() }),
    body: '{}',
  });
  expect([response.status, await response.json()]).toMatchObject([
    501,
    { message: 'not supported: AmazonSQS.CreateQueue' },
  ]);
});

const inUse = () => ({ PORT: new URL(origin).port });
it.each<[string, { args?: string[]; more?: () => object }, RegExp]>([
  ['a port in use', { more: inUse }, /^Port \d+ is already in use[^\n]*\n$/],
  ['a malformed key', { more: () => ({ DEMO_API_KEY: 'mine' }) }, /^DEMO_API_KEY must be[^\n]*\n$/],
  ['an argument', { args: ['--port', '9105'] }, /^npm start takes no arguments[^\n]* PORT[^\n]*\n$/],
])('exits with 1 and prints one line for %s', (_, { args = [], more }, line) => {
  const exited = spawnSync(process.execPath, ['embedded/host/main.ts', ...args], {
    ...{ cwd: ROOT, timeout: 30_000 },
    env: { ...process.env, ...settings, ...more?.() },
  });
  expect([exited.status, exited.stdout.toString()]).toEqual([1, '']);
  expect(exited.stderr.toString()).toMatch(line);
});

it('stops on Ctrl-C while a client keeps its connection open', async () => {
  const other = start();
  const text = await outputUntil(other, 'Ctrl-C');
  await (await fetch(`${/http:\/\/[\d.:]+/.exec(text)?.[0]}/v1/health/live`)).text();
  const exited = once(other, 'exit');
  other.kill('SIGINT');
  expect(await exited).toEqual([0, null]);
});

import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  GetQueueUrlCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contexts } from '#contexts';
import { sign } from '#payments/http/signature';
import { functionsOf } from '#platform/manifest';
import { type CredentialFile, writeCredentialFile } from '../embedded/host/credential.ts';
import { createHost, type Host } from '../embedded/host/host.ts';
import { seed } from '../embedded/host/seed.ts';
import { listen } from '../embedded/host/server.ts';
import { secrets } from './fixtures/secrets.ts';

const ROOT = join(import.meta.dirname, '..');
const OPERATOR_KEY = secrets['operator-key'];
const PROVIDER_KEY = secrets['provider-key'];
const API_KEY = 'bw_acme_0123456789abcdef';
const DEAD_LETTERS = 'breakwater-dev-orders-start-saga-dead';

const pages = readdirSync(join(ROOT, 'docs/runbooks')).map((name) => ({
  name,
  text: readFileSync(join(ROOT, 'docs/runbooks', name), 'utf8'),
}));
const findCommands = (text: string) =>
  [...text.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = '']) => block.trim().split('\n'));
const commands = [...new Set(pages.flatMap(({ text }) => findCommands(text)))];

let origin: string;
let host: Host;
let sqs: SQSClient;
let env: Record<string, string>;
let credentialFile: CredentialFile;
let stop: () => Promise<void>;

/** Runs a command in a shell that has loaded the credential, as the operator of `npm start` does. */
const runShell = async (command: string) => {
  const { stdout, stderr } = await promisify(execFile)('sh', ['-c', `. ${credentialFile.path}; ${command}`], {
    cwd: ROOT,
    // whatever profile the developer's own shell has
    env: { ...process.env, AWS_PROFILE: 'other', AWS_SESSION_TOKEN: 'other', ...env },
  });
  return { stdout: stdout.trim(), stderr };
};

const callApi = async (method: string, path: string, body?: object) => {
  const response = await fetch(`${origin}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${API_KEY}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  return (await response.json()) as { readonly id: string; readonly status: string };
};

const POLL_INTERVAL_MS = 100;
const MAX_PARKED_TRIES = 10;

/** Resolves once the provider has the order's money, which it says only seconds later. */
const waitForCapture = async (id: string) => {
  const headers = { authorization: `Bearer ${PROVIDER_KEY}` };
  for (;;) {
    const response = await fetch(`${origin}/sandbox/charges/acme.${id}`, { headers });
    const { captured = 0 } = (await response.json()) as { readonly captured?: number };
    if (captured > 0) return;
    await sleep(POLL_INTERVAL_MS);
  }
};

const waitForEnd = async (id: string): Promise<string> => {
  for (;;) {
    const { status } = await callApi('GET', `/v1/orders/${id}`);
    if (!['placed', 'cancelling'].includes(status)) return status;
    await sleep(POLL_INTERVAL_MS);
  }
};

/**
 * Makes an order that needs attention, because the provider refuses the refund. The order must be cancelled between its charge and
 * its confirmation: a machine that is too busy for that tries again.
 */
const parkOrder = async (): Promise<string> => {
  for (let n = 0; n < MAX_PARKED_TRIES; n += 1) {
    const order = {
      lines: [{ sku: 'mug', quantity: 1 }],
      customer: { email: 'a@example.com' },
      payment: { token: 'tok_refund_refused' },
    };
    const { id } = await callApi('POST', '/v1/orders', order);
    await waitForCapture(id);
    await callApi('POST', `/v1/orders/${id}/cancel`);
    if ((await waitForEnd(id)) === 'needs_attention') return id;
  }
  throw new Error(`none of ${MAX_PARKED_TRIES} orders was cancelled between its charge and its confirmation`);
};

/** Makes the key that leaks. */
const makeKey = async (): Promise<string> => (await callApi('POST', '/v1/keys', { name: 'leaked' })).id;

beforeAll(async () => {
  const server = await listen(0);
  origin = server.origin;
  // the redrive would send dead letters back during the tests
  host = createHost({ contexts, origin, secrets, scheduleIntervalMs: () => 3_600_000 });
  await seed(host, { tenantId: 'acme', secret: '0123456789abcdef' });
  server.serve(host);
  stop = async () => {
    credentialFile.remove();
    await server.close();
    host.close();
  };
  credentialFile = writeCredentialFile(server);
  env = { OPERATOR_KEY, API_KEY, TENANT: 'acme', SINCE: '2026-01-01T00:00:00Z' };
  env = { ...env, KEY: await makeKey() };
  env = { ...env, ORDER: await parkOrder(), FROM: DEAD_LETTERS, TO: 'breakwater-dev-notifications-deliver-dead' };
  sqs = new SQSClient({
    endpoint: origin,
    region: 'us-east-1',
    credentials: server.credential,
  });
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: DEAD_LETTERS }));
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  const MessageAttributes = { error: text('Error: no'), cause: text('Error-1'), canary: text('old') };
  for (const n of [1, 2, 3])
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: `poison ${n}`, MessageAttributes }));
});

afterAll(() => stop());

test.each(pages)('$name has the three parts of a runbook, and commands', ({ text }) => {
  for (const part of ['**What it means.**', '**Look here.**', '**Do this.**']) expect(text).toContain(part);
  expect(text.split('\n').length).toBeLessThan(60);
  expect(findCommands(text).length).toBeGreaterThan(0);
});

test('the runbook of a queue says of each consumer of the core what waits', () => {
  const { text = '' } = pages.find(({ name }) => name === 'queue-behind.md') ?? {};
  const consumers = functionsOf(...contexts.filter(({ core }) => core)).filter(({ spec }) => spec.consumes);
  expect(consumers.filter(({ id }) => !text.includes(`of \`${id}\`,`)).map(({ id }) => id)).toEqual([]);
});

const HAS_NO_ALARM = ['leaked-key.md', 'leaked-secret.md', 'restore.md'];

// an alarm that counts events ends by itself, and the mail about that says nothing about the cause
test.each(pages.filter(({ name }) => !HAS_NO_ALARM.includes(name)))(
  '$name says when the incident is over',
  ({ text }) => expect(text).toMatch(/^\*\*It is over\*\* when /m),
);

describe('npm run ops', () => {
  const outputLines = async (command: string) => (await runShell(command)).stdout.split('\n');

  test('queues counts the messages of each queue', async () =>
    expect(await outputLines('npm run -s ops -- queues')).toContain(`3\t${DEAD_LETTERS}`));

  test('queues --all also counts what waits for a consumer that is stopped, and what is hidden', async () => {
    const queue = 'breakwater-dev-orders-start-saga';
    expect(await outputLines('npm run -s ops -- queues --all')).toEqual(
      expect.arrayContaining([`0 waiting\t0 hidden\t${queue}`, `3 waiting\t0 hidden\t${DEAD_LETTERS}`]),
    );
    host.pauseConsumer('orders-start-saga');
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queue }));
    for (const n of [1, 2]) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: `late ${n}` }));
    await sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 30 }));
    expect(await outputLines('npm run -s ops -- queues --all')).toContain(`1 waiting\t1 hidden\t${queue}`);
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
    host.resumeConsumer('orders-start-saga');
  });

  test('look shows messages and leaves them in the queue', async () => {
    for (const _ of [1, 2]) {
      const bodies = (await outputLines(`npm run -s ops -- look --queue ${DEAD_LETTERS}`)).map(
        (line) => JSON.parse(line).body,
      );
      expect(bodies.sort()).toEqual(['poison 1', 'poison 2', 'poison 3']);
    }
  });

  test('redrive moves at most --most messages, with their attributes, and they are no canaries', async () => {
    expect(await outputLines(`npm run -s ops -- redrive --from ${DEAD_LETTERS} --to ${env['TO']} --most 2`)).toEqual([
      `moved 2 messages from ${DEAD_LETTERS} to ${env['TO']}`,
    ]);
    expect(await outputLines('npm run -s ops -- queues')).toEqual(
      expect.arrayContaining([`1\t${DEAD_LETTERS}`, `2\t${env['TO']}`]),
    );
    const [moved = ''] = await outputLines(`npm run -s ops -- look --queue ${env['TO']}`);
    const { id: _, sent, body, ...attributes } = JSON.parse(moved);
    expect([Date.parse(sent) > 0, body]).toEqual([true, expect.stringMatching(/^poison \d$/)]);
    expect(attributes).toEqual({ error: 'Error: no', cause: 'Error-1', firstReceived: expect.any(String) });
  });

  test('orders lists the parked order with its cause', async () => {
    const [parked = '', ...others] = await outputLines(
      'npm run -s ops -- orders --tenant acme --status needs_attention',
    );
    expect(others).toEqual([]);
    expect(JSON.parse(parked)).toMatchObject({ id: env['ORDER'], cause: expect.stringContaining('refuses') });
    expect(await outputLines('npm run -s ops -- orders --tenant other --status needs_attention')).toEqual(['none']);
  });

  test('strays lists what the provider captured without an order', async () => {
    const provider = { authorization: `Bearer ${PROVIDER_KEY}`, 'content-type': 'application/json' };
    const money = { amount: 500, currency: 'EUR' };
    const target = `${origin}/sandbox/charges/acme.nobody/capture-by-hand`;
    await fetch(target, { method: 'POST', headers: provider, body: JSON.stringify(money) });
    const body = JSON.stringify({ key: 'acme.nobody', status: 'captured', ...money });
    const seconds = `${Math.floor(Date.now() / 1_000)}`;
    const signature = `t=${seconds},v1=${sign(secrets['provider-callback-key'], seconds, body)}`;
    const headers = { 'breakwater-signature': signature, 'content-type': 'application/json' };
    await fetch(`${origin}/v1/providers/sandbox/callbacks`, { method: 'POST', headers, body });
    const [stray = '', ...others] = await outputLines('npm run -s ops -- strays --tenant acme');
    expect(others).toEqual([]);
    expect(JSON.parse(stray)).toMatchObject({ key: 'acme.nobody', currency: 'EUR', captured: 500, refunded: 0 });
    expect(await outputLines('npm run -s ops -- strays --tenant other')).toEqual(['none']);
  });

  test('executions lists the execution of the order', async () => {
    const executions = await outputLines('npm run -s ops -- executions --workflow unwind-order --status SUCCEEDED');
    expect(executions.map((line) => JSON.parse(line).name)).toContain(`${env['ORDER']}-2`);
  });

  test('pause and unpause change the one pause, and a second time is an error that says what to do', async () => {
    const failing = async (command: string) =>
      (await runShell(`npm run -s ops -- ${command}`).catch((error: { readonly stderr: string }) => error)).stderr;
    expect(await failing('unpause')).toContain('the deadlines are not paused: the command pause');
    expect(await failing('pause')).toContain('--reason is missing');
    expect(await failing('pause --reason " "')).toContain('--reason is blank');
    expect((await outputLines('npm run -s ops -- pause --reason incident'))[0]).toContain('until you run unpause');
    expect(await failing('pause --reason again')).toContain('the deadlines are paused already');
    const [lasting = ''] = await outputLines('npm run -s ops -- pauses');
    expect(JSON.parse(lasting)).toEqual({ from: expect.any(String), reason: 'incident' });
    expect((await outputLines('npm run -s ops -- unpause'))[0]).toContain('extends the deadlines');
    const [ended = ''] = await outputLines('npm run -s ops -- pauses');
    expect(JSON.parse(ended)).toMatchObject({ until: expect.any(String) });
  });

  test('resume resumes the parked orders whose cause contains the text, and no others', async () => {
    const resumeCommand = 'npm run -s ops -- resume --tenant acme --cause';
    const resume = (cause: string, options = '') => outputLines(`${resumeCommand} "${cause}" ${options}`);
    expect(await resume('another cause')).toEqual(['resumed 0 of 0 orders that were parked with this cause']);
    await expect(runShell(`${resumeCommand} "refund" --url http://127.0.0.1:1`)).rejects.toMatchObject({
      stderr: expect.stringContaining('http://127.0.0.1:1 did not answer'),
    });
    expect(await resume('refuses the refund', '--url "$BREAKWATER_URL/"')).toEqual([
      'resumed 1 of 1 orders that were parked with this cause',
    ]);
    // nothing has changed at the provider, so the order is parked again
    while ((await callApi('GET', `/v1/orders/${env['ORDER']}`)).status !== 'needs_attention')
      await sleep(POLL_INTERVAL_MS);
  });

  test.each([
    ['look --queue nowhere', 'there is no queue nowhere'],
    ['look', '--queue is missing'],
    ['strays', '--tenant is missing'],
    ['orders --tenant "$NO_SUCH_VARIABLE" --status placed', '--tenant is missing'],
    ['orders --tenant acme --status parked', 'unknown status parked: use one of placed, '],
    ['executions --workflow nothing', 'unknown workflow nothing'],
    ['redrive --from a --to b --most none', '--most: expected a whole number above 0'],
    ['dance', 'npm run ops'],
    ['resume --tenant acme', '--cause is missing'],
  ])('%s exits with 1 and prints the reason', async (args, reason) => {
    const failure = expect(runShell(`npm run -s ops -- ${args}`)).rejects;
    await failure.toMatchObject({ code: 1, stderr: expect.stringContaining(reason) });
  });
});

test.each(commands)('runs without an error: %s', async (command) => {
  const { stdout, stderr } = await runShell(command);
  expect(stderr).toBe('');
  expect(stdout).not.toBe('');
  if (!command.startsWith('curl')) return;
  const response = JSON.parse(stdout);
  expect(response.code, stdout).toBeUndefined();
  if (command.includes('-X DELETE')) expect(response).toMatchObject({ id: env['KEY'], status: 'revoked' });
  if (command.includes('/resume')) expect(response).toMatchObject({ id: env['ORDER'], status: 'cancelling' });
});

// last, because the audit finds what this one leaves: an order whose money was refunded by hand
test('the page of the sandbox says how to act as the provider’s console', async () => {
  const page = readFileSync(join(ROOT, 'functions/sandbox/README.md'), 'utf8');
  const curls = [...page.matchAll(/^ +(curl .*)$/gm)].map(([, curl = '']) => curl);
  const { id } = await callApi('POST', '/v1/orders', {
    lines: [{ sku: 'mug', quantity: 1 }],
    customer: { email: 'a@example.com' },
    payment: { token: 'tok_ok' },
  });
  expect(await waitForEnd(id)).toBe('confirmed');
  const charges: unknown[] = [];
  for (const curl of curls)
    charges.push(JSON.parse((await runShell(`ORDER=${id}; PROVIDER_KEY=${PROVIDER_KEY}; ${curl}`)).stdout));
  expect(charges).toMatchObject([
    { status: 'captured', refunded: 0 },
    { status: 'captured', refunded: 500 },
  ]);
});

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifests } from '#manifests';
import { createHost, type Host } from '../../embedded/host.ts';
import { apiKeyOf, seed } from '../../embedded/seed.ts';
import { type Listening, listen } from '../../embedded/server.ts';

const demo = { tenantId: 'demo', secret: '0123456789abcdef' };
const START = '2000-01-01T00:00:00Z';

/** The command as an operator runs it. */
const republish = (...args: readonly string[]) =>
  new Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>((resolve) => {
    const script = fileURLToPath(new URL('../../scripts/republish.ts', import.meta.url));
    const credentials = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' };
    const env = { PATH: process.env['PATH'], ...credentials };
    execFile(process.execPath, [script, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });

describe('npm run republish', { timeout: 60_000 }, () => {
  type Sent = { readonly DetailType: string; readonly Detail: string; readonly Source: string };
  let server: Listening;
  let host: Host;
  let sent: Sent[] = [];
  let order = '';

  beforeAll(async () => {
    server = await listen(0);
    const secrets = { 'operator-key': 'operator', 'provider-key': 'provider', 'provider-callback-key': 'callback' };
    host = createHost({
      ...{ manifests, secrets, origin: server.origin },
      observe: ({ caller, operation, input }) => {
        if (caller === 'operator' && operation === 'PutEvents') sent.push(...(input as { Entries: Sent[] }).Entries);
      },
    });
    await host.warm();
    await seed(host, demo);
    server.serve(host);
    const placed = await host.request({
      ...{ method: 'POST', target: '/v1/orders' },
      headers: Object.entries({ authorization: `Bearer ${apiKeyOf(demo)}`, 'idempotency-key': 'one' }),
      body: JSON.stringify({
        lines: [{ sku: 'mug', quantity: 1 }],
        customer: { email: 'ada@example.com' },
        payment: { token: 'tok_ok' },
      }),
    });
    order = JSON.parse(placed.body).id;
    await host.settled();
  });
  afterAll(async () => {
    await server.close();
    host.close();
  });
  const run = async (...args: readonly string[]) => {
    sent = [];
    return republish('--endpoint', server.origin, ...args);
  };
  const events = () => sent.map(({ Detail }) => JSON.parse(Detail));

  it('publishes the events of orders again, each under the same id whenever it runs', async () => {
    const first = await run('--since', START);
    expect(first).toEqual({ code: 0, stdout: '1 orders read, 2 events published\n', stderr: '' });
    expect(sent.map(({ DetailType, Source }) => [DetailType, Source])).toEqual([
      ['OrderPlaced.v1', 'breakwater.orders'],
      ['OrderConfirmed.v1', 'breakwater.orders'],
    ]);
    const before = events();
    expect(before).toMatchObject([{ id: `${order}.1`, aggregateId: order }, { aggregateId: order }]);
    await run('--since', START);
    expect(events()).toEqual(before);
    await host.settled();
    expect(host.executions()).toHaveLength(1);
  });

  it('publishes nothing in a dry run', async () => {
    expect((await run('--since', START, '--dry-run')).stdout).toBe('1 orders read, 2 events would be published\n');
    expect(sent).toEqual([]);
  });

  it('keeps to the time and the tenant that it is told', async () => {
    expect((await run('--since', START, '--tenant', 'other')).stdout).toBe('0 orders read, 0 events published\n');
    const mine = ['--tenant', 'demo', '--since', '2000-01-01T01:00:00+01:00'];
    expect((await run(...mine, '--until', '2100-01-01T00:00:00Z')).stdout).toBe('1 orders read, 2 events published\n');
    expect((await run(...mine, '--until', START)).stdout).toBe('1 orders read, 0 events published\n');
  });
});

it.each([
  [['--since', 'yesterday'], /^--since: /],
  [['--since', START, '--tenant', 'a#b'], /^--tenant: /],
  [['--since', START, '--all'], /Unknown option '--all'/],
])('says what is wrong, and how it is used: %j', async (args, message) => {
  const { code, stdout, stderr } = await republish(...args);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(message);
  expect(stderr).toContain('npm run republish -- --since <time>');
});

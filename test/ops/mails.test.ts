import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contexts } from '#contexts';
import { createHost, type Host } from '../../embedded/host/host.ts';
import { seed, toApiKey } from '../../embedded/host/seed.ts';
import { type HttpServer, listen } from '../../embedded/host/server.ts';
import { toEnvironment } from '../fixtures/aws-call.ts';
import { secrets } from '../fixtures/secrets.ts';

const demo = { tenantId: 'demo', secret: '0123456789abcdef' };
let server: HttpServer;
let host: Host;

beforeAll(async () => {
  server = await listen(0);
  host = createHost({ contexts, secrets, origin: server.origin, mail: { from: 'shop@example.com' } });
  await seed(host, demo);
  server.serve(host);
});
afterAll(async () => {
  await server.close();
  host.close();
});

let orders = 0;
const order = async (email: string): Promise<string> => {
  orders += 1;
  const { body } = await host.request({
    ...{ method: 'POST', target: '/v1/orders' },
    headers: [
      ['authorization', `Bearer ${toApiKey(demo)}`],
      ['idempotency-key', `order-${orders}`],
    ],
    body: JSON.stringify({ lines: [{ sku: 'mug', quantity: 1 }], customer: { email }, payment: { token: 'tok_ok' } }),
  });
  await host.whenIdle();
  return JSON.parse(body).id;
};
const ops = async (command: string, id: string, tenant = 'demo') => {
  const script = fileURLToPath(new URL('../../ops/ops.ts', import.meta.url));
  const args = [script, command, '--endpoint', server.origin, '--tenant', tenant, '--order', id];
  const env = { PATH: process.env['PATH'], ...toEnvironment(server.credential) };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return stdout.trim().split('\n');
};
const parse = (lines: readonly string[]) => lines.map((line) => JSON.parse(line));

it('shows what became of the mails of an order without the address, and unblocks it for its tenant', async () => {
  const email = 'bounce+1@simulator.amazonses.com';
  const bounced = await order(email);
  const lines = await ops('mails', bounced);
  expect(parse(lines)).toEqual([
    {
      kind: 'confirmed',
      status: 'bounced',
      bounce: 'permanent',
      bouncedAt: expect.any(String),
      sentAt: expect.any(String),
    },
    { address: 'blocked', because: 'bounced', blockedAt: expect.any(String) },
  ]);
  expect(lines.join()).not.toContain('@');
  const withheld = await order(email);
  expect(parse(await ops('mails', withheld))).toMatchObject([{ status: 'withheld', because: 'bounced' }, {}]);

  expect(await ops('unblock', bounced, 'other')).toEqual(['none']);
  expect(await ops('unblock', withheld)).toEqual(['the address is unblocked; it had bounced']);
  expect(await ops('unblock', bounced)).toEqual(['none']);
  expect(parse(await ops('mails', bounced))).toMatchObject([{ status: 'bounced' }]);
  // it is sent, and bounces again
  expect(parse(await ops('mails', await order(email)))).toMatchObject([{ status: 'bounced' }, { address: 'blocked' }]);
});

it('shows nothing of an order that does not exist', async () => {
  expect(await ops('mails', 'unknown')).toEqual(['none']);
});

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifests } from '#manifests';
import { createHost, type Host } from '../../embedded/host.ts';
import { apiKeyOf, seed } from '../../embedded/seed.ts';
import { type Listening, listen } from '../../embedded/server.ts';
import { type AuditOptions, makeAudit, type Row } from '../../scripts/audit/audit.ts';
import { rowsOf } from '../sim/rows.ts';

const demo = { tenantId: 'demo', secret: '0123456789abcdef' };

/** The command as an operator runs it. */
const command = (...args: readonly string[]) =>
  new Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>((resolve) => {
    const script = fileURLToPath(new URL('../../scripts/audit.ts', import.meta.url));
    const credentials = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' };
    execFile(
      process.execPath,
      [script, ...args],
      { env: { PATH: process.env['PATH'], ...credentials } },
      (error, ...out) => resolve({ code: Number(error?.code ?? 0), stdout: out[0], stderr: out[1] }),
    );
  });

describe('npm run audit', { timeout: 60_000 }, () => {
  let server: Listening;
  let host: Host;
  let rows: readonly Row[] = [];

  const place = async (key: string, token: string) => {
    const answer = await host.request({
      ...{ method: 'POST', target: '/v1/orders' },
      headers: Object.entries({ authorization: `Bearer ${apiKeyOf(demo)}`, 'idempotency-key': key }),
      body: JSON.stringify({
        lines: [{ sku: 'mug', quantity: 2 }],
        customer: { email: 'ada@example.com' },
        payment: { token },
      }),
    });
    return JSON.parse(answer.body).id as string;
  };
  const placed: Record<string, string> = {};

  beforeAll(async () => {
    server = await listen(0);
    const secrets = { 'operator-key': 'operator', 'provider-key': 'provider', 'provider-callback-key': 'callback' };
    host = createHost({ manifests, secrets, origin: server.origin });
    await host.warm();
    await seed(host, demo);
    server.serve(host);
    placed['confirmed'] = await place('one', 'tok_ok');
    placed['cancelled'] = await place('two', 'tok_declined');
    await host.settled();
    rows = await rowsOf(host.call);
  });
  afterAll(async () => {
    await server.close();
    host.close();
  });

  it('finds nothing wrong with a table that nobody has tampered with', async () => {
    const { code, stdout, stderr } = await command('--endpoint', server.origin, '--at-rest');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^\d+ items read: 2 orders, \d+ SKUs\nevery invariant holds\n$/);
  });

  it('says what is wrong with a table that somebody has written to by hand, when a second look finds the same', async () => {
    const Key = { pk: { S: `orders#demo#order#${placed['confirmed']}` }, sk: { S: 'order' } };
    const set = (status: string) => {
      const names = { UpdateExpression: 'SET #s = :s', ExpressionAttributeNames: { '#s': 'status' } };
      const asked = { TableName: 'breakwater-dev', Key, ...names, ExpressionAttributeValues: { ':s': { S: status } } };
      return host.call({ target: 'DynamoDB_20120810.UpdateItem', body: JSON.stringify(asked) });
    };
    await set('cancelled');
    const { code, stdout, stderr } = await command('--endpoint', server.origin, '--again-after', '1');
    await set('confirmed');
    expect(code).toBe(1);
    expect(stdout).toContain('the second look is in 1 s');
    expect(stderr).toContain(`invariant 5: cancelled order demo.${placed['confirmed']} has its hold committed`);
  });

  it.each([
    ['--stage', 'mars'],
    ['--again-after', '0'],
    ['--endpoint', 'here'],
  ])('refuses %s %s and says how it is called', async (...args) => {
    const { code, stderr } = await command(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(`${args[0]}: `);
    expect(stderr).toContain('npm run audit --');
  });

  const audited = (items: readonly Row[], options: Partial<AuditOptions> = {}) => {
    const audit = makeAudit({ atRest: true, now: new Date().toISOString(), ...options });
    for (const item of items) audit.take(item);
    return audit.close().violations.map(({ invariant, what }) => `${invariant}: ${what.replaceAll(/demo\.\w+/g, 'X')}`);
  };
  /** The table with one item changed, or without it. `id` is part of its key, or says which of the orders it belongs to. */
  const tampered = (sk: string, id: string, change: object | undefined): Row[] =>
    rows.flatMap((row) => {
      if (row.sk !== sk || !row.pk.includes(placed[id] ?? id)) return [row];
      return change ? [{ ...row, ...change } as Row] : [];
    });

  it.each([
    ['1: inventory#demo#shard#mug.0 has less than nothing', 'shard', 'mug', { available: -1, received: 1 }],
    ['2: demo/mug: 501 received, 498 there, 2 held', 'shard', 'mug', { received: 501 }],
    ['2: demo/mug: 500 received, and 0 by its adjustments', 'adjustment', '', undefined],
    ['3: what was recorded of confirmed order X is 0 instead of 2500', 'attempt', 'confirmed', { captured: 0 }],
    [
      '3: what the provider keeps of confirmed order X is 0 instead of 2500',
      'charge',
      'confirmed',
      { refunded: 2_500 },
    ],
    [
      '5: what the provider keeps of cancelled order X is 2500 instead of 0',
      'charge',
      'cancelled',
      { captured: 2_500 },
    ],
    ['5: cancelled order X has its hold open', 'hold', 'cancelled', { state: 'open' }],
    ['6: demo/mug: its head says depleted: true, and 498 are there', 'head', 'mug', { depleted: true }],
    ['6: nobody was told that order X is confirmed', 'delivery', 'confirmed', { status: 'sending' }],
    ['11: confirmed order X has its hold missing', 'hold', 'confirmed', undefined],
    ['11: order X asks for 3 mug and holds 2 mug', 'order', 'confirmed', { lines: [{ sku: 'mug', quantity: 3 }] }],
    ['11: the hold of X is of no order', 'order', 'confirmed', undefined],
  ] as const)('%s', (found, sk, id, change) => {
    expect(audited(rows)).toEqual([]);
    expect(audited(tampered(sk, id, change))).toContain(found);
  });

  it('lets an order that is on its way be, unless nothing may be on its way or it has had its time', () => {
    const open = tampered('order', 'cancelled', { status: 'cancelling', deadline: new Date().toISOString() });
    const still = (found: readonly string[]) => found.filter((line) => line.includes('is still cancelling'));
    expect(still(audited(open, { atRest: false }))).toEqual([]);
    expect(still(audited(open))).toHaveLength(1);
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    expect(still(audited(open, { atRest: false, now: tomorrow }))).toHaveLength(1);
  });
});

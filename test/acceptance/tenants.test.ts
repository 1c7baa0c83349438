import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createClient, createTenant, isReplay, send } from './client.ts';
import { host } from './host.ts';
import { expectProblem } from './problem.ts';
import { openShop } from './shop.ts';

test('the operator creates a tenant, whose key opens an empty shop', async () => {
  const { status, body } = await createTenant({ name: 'Acme' });
  expect(status).toBe(201);
  expect(body).toMatchObject({ name: 'Acme', apiKey: expect.stringMatching(`^bw_${body.id}_`) });
  const products = await createClient(body.apiKey).products();
  expect(products).toMatchObject({ status: 200, body: { items: [], next: null } });
});

test('tenants with the same name have different ids and keys', async () => {
  const [first, second] = await Promise.all([createTenant({ name: 'Twin' }), createTenant({ name: 'Twin' })]);
  expect(first.body.id).not.toBe(second.body.id);
  expect(first.body.apiKey).not.toBe(second.body.apiKey);
});

const createWithKey = (body: unknown, key: string) => createTenant(body, undefined, key);

test('one key creates one tenant, and its API key is returned once', async () => {
  const key = randomUUID();
  const first = await createWithKey({ name: 'Acme' }, key);
  const again = await createWithKey('{ "name" : "  \\u0041cme " }', key);
  expect([first, again].map(isReplay)).toEqual([false, true]);
  expect(again.status).toBe(201);
  expect(again.body).toEqual({ id: first.body.id, name: 'Acme', notice: expect.stringContaining('keys') });
  expect((await createClient(first.body.apiKey).products()).status).toBe(200);
});

test('10 concurrent requests with one key create one tenant, and one of them gets its API key', async () => {
  const key = randomUUID();
  const answers = await Promise.all(Array.from({ length: 10 }, () => createWithKey({ name: 'Acme' }, key)));
  expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201));
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  const first = answers.filter((answer) => !isReplay(answer));
  expect(first).toHaveLength(1);
  expect(answers.filter(({ body }) => body.apiKey !== undefined)).toEqual(first);
});

test('a key that created a tenant creates none with another name', async () => {
  const key = randomUUID();
  const answers = await Promise.all(['A', 'B', 'C'].map((name) => createWithKey({ name }, key)));
  const [created, ...others] = answers.filter(({ status }) => status === 201);
  expect([created && isReplay(created), others]).toEqual([false, []]);
  for (const answer of answers) if (answer !== created) expectProblem(answer, 'key_reused');
});

test('a tenant is created with an Idempotency-Key only', async () => {
  const response = await send('POST', '/v1/tenants', { key: host.operatorKey, body: { name: 'Acme' } });
  expectProblem(response, 'idempotency_key_required');
});

test('only the operator creates tenants', async () => {
  const { key } = await openShop();
  expectProblem(await createTenant({ name: 'Acme' }, key), 'forbidden');
  expectProblem(await createTenant({ name: 'Acme' }, `${host.operatorKey}x`), 'unauthenticated');
});

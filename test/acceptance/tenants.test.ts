import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createClient, createTenant, haveOneFirst, isReplay } from './client.ts';
import { host } from './host.ts';
import { expectProblem } from './problem.ts';
import { expectStatus, send } from './request.ts';
import { openShop, openTenant } from './shop.ts';

test('the operator creates a tenant, whose key opens an empty shop', async () => {
  const body = await openTenant('Acme');
  expect(body).toMatchObject({ name: 'Acme', apiKey: expect.stringMatching(`^bw_${body.id}_`) });
  const products = await createClient(body.apiKey).products();
  expect(products).toMatchObject({ status: 200, body: { items: [], next: null } });
});

test('tenants with the same name have different ids and keys', async () => {
  const [first, second] = await Promise.all([openTenant('Twin'), openTenant('Twin')]);
  expect(first.id).not.toBe(second.id);
  expect(first.apiKey).not.toBe(second.apiKey);
});

const createWithKey = (body: unknown, key: string) => createTenant(body, undefined, key);

test('one key creates one tenant, and its API key is returned once', async () => {
  const { id, apiKey, idempotencyKey } = await openTenant('Acme');
  const again = await createWithKey('{ "name" : "  \\u0041cme " }', idempotencyKey);
  expect(isReplay(again)).toBe(true);
  expect(await expectStatus(again, 201)).toEqual({ id, name: 'Acme', notice: expect.stringContaining('keys') });
  await expectStatus(createClient(apiKey).products(), 200);
});

test('10 concurrent requests with one key create one tenant, and one of them gets its API key', async () => {
  const key = randomUUID();
  const answers = await Promise.all(Array.from({ length: 10 }, () => createWithKey({ name: 'Acme' }, key)));
  const tenants = await Promise.all(answers.map((answer) => expectStatus(answer, 201)));
  expect(new Set(tenants.map(({ id }) => id)).size).toBe(1);
  expect(answers).toSatisfy(haveOneFirst);
  expect(tenants.map(({ apiKey }) => apiKey === undefined)).toEqual(answers.map(isReplay));
});

test('a key that created a tenant creates none with another name', async () => {
  const key = randomUUID();
  const answers = await Promise.all(['A', 'B', 'C'].map((name) => createWithKey({ name }, key)));
  const [created, ...others] = answers.filter(({ status }) => status === 201);
  expect([created && haveOneFirst([created]), others]).toEqual([true, []]);
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

import { expect, test } from 'vitest';
import { createClient, createTenant } from './client.ts';
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

test('only the operator creates tenants', async () => {
  const { key } = await openShop();
  expectProblem(await createTenant({ name: 'Acme' }, key), 'forbidden');
  expectProblem(await createTenant({ name: 'Acme' }, `${host.operatorKey}x`), 'unauthenticated');
});

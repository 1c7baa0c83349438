import { expect, test } from 'vitest';
import { createClient, createTenant } from './client.ts';
import { host } from './host.ts';
import { expectProblem } from './problem.ts';
import { expectStatus } from './request.ts';
import { openShop } from './shop.ts';

test('the operator creates a tenant, whose key opens an empty shop', async () => {
  const body = await expectStatus(createTenant({ name: 'Acme' }), 201);
  expect(body).toMatchObject({ name: 'Acme', apiKey: expect.stringMatching(`^bw_${body.id}_`) });
  const products = await createClient(body.apiKey).products();
  expect(products).toMatchObject({ status: 200, body: { items: [], next: null } });
});

test('tenants with the same name have different ids and keys', async () => {
  const create = () => expectStatus(createTenant({ name: 'Twin' }), 201);
  const [first, second] = await Promise.all([create(), create()]);
  expect(first.id).not.toBe(second.id);
  expect(first.apiKey).not.toBe(second.apiKey);
});

test('only the operator creates tenants', async () => {
  const { key } = await openShop();
  expectProblem(await createTenant({ name: 'Acme' }, key), 'forbidden');
  expectProblem(await createTenant({ name: 'Acme' }, `${host.operatorKey}x`), 'unauthenticated');
});

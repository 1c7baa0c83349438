import { expect, test } from 'vitest';
import { clientOf, createTenant } from './client.ts';
import { host } from './host.ts';
import { expectProblem } from './problem.ts';
import { openShop } from './shop.ts';

test('the operator creates a tenant, whose key opens an empty shop', async () => {
  const { status, body } = await createTenant({ name: 'Acme' });
  expect(status).toBe(201);
  expect(body).toMatchObject({ name: 'Acme', apiKey: expect.stringMatching(`^bw_${body.id}_`) });
  const products = await clientOf(body.apiKey).products();
  expect(products).toMatchObject({ status: 200, body: { items: [], next: null } });
});

test('each tenant has an id and a key of its own, be their names alike', async () => {
  const [one, other] = await Promise.all([createTenant({ name: 'Twin' }), createTenant({ name: 'Twin' })]);
  expect(one.body.id).not.toBe(other.body.id);
  expect(one.body.apiKey).not.toBe(other.body.apiKey);
});

test('no one but the operator creates tenants', async () => {
  const { key } = await openShop();
  expectProblem(await createTenant({ name: 'Acme' }, key), 'forbidden');
  expectProblem(await createTenant({ name: 'Acme' }, `${host.operatorKey}x`), 'unauthenticated');
});

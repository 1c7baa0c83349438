import { expect, it } from 'vitest';
import { parseApiKey, TenantChanged } from '#tenants/contract';
import { tenantRegistration } from '#tenants/http/create-tenant';
import { authenticateTenant } from '#tenants/public';
import { apiKeyKey, tenantKey } from '#tenants/table/keys';
import { write } from '#tenants/tenants.lambda';
import { request } from '../fixtures/request.ts';
import { createTestTable, OPERATOR_KEY } from '../fixtures/table.ts';

const headers = { authorization: `Bearer ${OPERATOR_KEY}` };

const createAcme = async () => {
  const table = createTestTable();
  const response = await request(write.create(table.rt), {
    method: 'POST',
    path: '/v1/tenants',
    body: { name: ' Acme ' },
    headers,
  });
  const key = parseApiKey(response.body.apiKey);
  if (!key) throw new Error('the API key is invalid');
  return { ...table, response, key };
};

it('creates a tenant and returns its key, which works', async () => {
  const { rt, response, key } = await createAcme();
  expect(response.status).toBe(201);
  expect(response.body).toEqual({ id: key.tenantId, name: 'Acme', apiKey: expect.any(String) });
  expect(key.tenantId).toMatch(/^[0-9a-f]{20}$/);
  expect(key.secret).toHaveLength(32);
  expect(await authenticateTenant(rt)(`Bearer ${response.body.apiKey}`)).toEqual({
    kind: 'tenant',
    tenantId: key.tenantId,
  });
});

it('stores the tenant with its event, and only a digest of its key, in one transaction', async () => {
  const { itemAt, key, operations } = await createAcme();
  expect(operations()).toEqual(['TransactWriteItems']);
  const tenant = await itemAt(tenantKey(key.tenantId));
  expect(tenant).toMatchObject({
    id: key.tenantId,
    name: 'Acme',
    v: 1,
    out: { v: 1, events: [{ data: { name: 'Acme' } }] },
  });
  expect(TenantChanged.schema.safeParse(tenant?.['out'].events[0]).success).toBe(true);
  const record = await itemAt(apiKeyKey(key));
  expect(record).toMatchObject({ tenantId: key.tenantId, v: 1 });
  expect(record).not.toHaveProperty('out');
  expect(JSON.stringify([tenant, record])).not.toContain(key.secret);
});

it('creates no tenant twice, and leaves the existing one unchanged', async () => {
  const { rt, itemAt, key } = await createAcme();
  expect(await tenantRegistration(rt)({ name: 'Thief', key })).toEqual({ ok: false, error: 'conflict' });
  const stolen = { ...key, secret: 'another-secret-of-the-thief' };
  expect(await tenantRegistration(rt)({ name: 'Thief', key: stolen })).toEqual({ ok: false, error: 'conflict' });
  expect(await itemAt(tenantKey(key.tenantId))).toMatchObject({ name: 'Acme' });
  expect(await itemAt(apiKeyKey(stolen))).toBeUndefined();
});

it("is for the operator only: a tenant's key is forbidden", async () => {
  const { rt, response } = await createAcme();
  const asTenant = { authorization: `Bearer ${response.body.apiKey}` };
  const send = (headers: Record<string, string>) =>
    request(write.create(rt), { method: 'POST', path: '/v1/tenants', body: { name: 'B' }, headers });
  expect(await send(asTenant)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  expect(await send({})).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
});

it.each([{}, { name: '' }, { name: '  ' }, { name: 'x'.repeat(201) }, { name: 1 }, { name: 'A', id: 'a' }, []])(
  'refuses %j',
  async (body) => {
    const { rt, calls } = createTestTable();
    const response = await request(write.create(rt), { method: 'POST', path: '/v1/tenants', body, headers });
    expect(response).toMatchObject({ status: 422, body: { code: 'invalid_body' } });
    expect(calls).toEqual([]);
  },
);

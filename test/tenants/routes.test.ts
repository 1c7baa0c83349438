import { expect, it } from 'vitest';
import { parseApiKey, TenantChanged } from '#tenants/contract';
import { tenantRegistration } from '#tenants/http/create-tenant';
import { write } from '#tenants/http/write';
import { authenticateTenant } from '#tenants/public';
import { apiKeyKey, tenantKey } from '#tenants/table/keys';
import { request } from '../platform/fixtures/request.ts';
import { OPERATOR_KEY, tableWorld } from '../platform/fixtures/table.ts';

const headers = { authorization: `Bearer ${OPERATOR_KEY}` };

const created = async () => {
  const all = tableWorld();
  const answer = await request(write(all.rt), 'POST', '/v1/tenants', { body: { name: ' Acme ' }, headers });
  const key = parseApiKey(answer.body.apiKey);
  if (!key) throw new Error('the API key is not of the form of keys');
  return { ...all, answer, key };
};

it('creates a tenant and shows its key, which works', async () => {
  const { rt, answer, key } = await created();
  expect(answer.status).toBe(201);
  expect(answer.body).toEqual({ id: key.tenantId, name: 'Acme', apiKey: expect.any(String) });
  expect(key.tenantId).toMatch(/^[0-9a-f]{20}$/);
  expect(key.secret).toHaveLength(32);
  expect(await authenticateTenant(rt)(`Bearer ${answer.body.apiKey}`)).toEqual({
    kind: 'tenant',
    tenantId: key.tenantId,
  });
});

it('stores the tenant with its event, and of the key a digest only, in one transaction', async () => {
  const { item, key, operations } = await created();
  expect(operations()).toEqual(['TransactWriteItems']);
  const tenant = await item(tenantKey(key.tenantId));
  expect(tenant).toMatchObject({
    id: key.tenantId,
    name: 'Acme',
    v: 1,
    out: { v: 1, events: [{ data: { name: 'Acme' } }] },
  });
  expect(TenantChanged.schema.safeParse(tenant?.['out'].events[0]).success).toBe(true);
  const record = await item(apiKeyKey(key));
  expect(record).toMatchObject({ tenantId: key.tenantId, v: 1 });
  expect(record).not.toHaveProperty('out');
  expect(JSON.stringify([tenant, record])).not.toContain(key.secret);
});

it('creates no tenant twice, and leaves the one that stands as it is', async () => {
  const { rt, item, key } = await created();
  expect(await tenantRegistration(rt)({ name: 'Thief', key })).toEqual({ ok: false, error: 'conflict' });
  const stolen = { ...key, secret: 'another-secret-of-the-thief' };
  expect(await tenantRegistration(rt)({ name: 'Thief', key: stolen })).toEqual({ ok: false, error: 'conflict' });
  expect(await item(tenantKey(key.tenantId))).toMatchObject({ name: 'Acme' });
  expect(await item(apiKeyKey(stolen))).toBeUndefined();
});

it("is for the operator alone: a tenant's key is known and not enough", async () => {
  const { rt, answer } = await created();
  const asTenant = { authorization: `Bearer ${answer.body.apiKey}` };
  const ask = (headers: Record<string, string>) =>
    request(write(rt), 'POST', '/v1/tenants', { body: { name: 'B' }, headers });
  expect(await ask(asTenant)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  expect(await ask({})).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
});

it.each([{}, { name: '' }, { name: '  ' }, { name: 'x'.repeat(201) }, { name: 1 }, { name: 'A', id: 'a' }, []])(
  'refuses %j',
  async (body) => {
    const { rt, calls } = tableWorld();
    const answer = await request(write(rt), 'POST', '/v1/tenants', { body, headers });
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_body' } });
    expect(calls).toEqual([]);
  },
);

import { expect, it } from 'vitest';
import type { TenantId } from '#platform/kernel';
import { parseApiKey, TenantChanged } from '#tenants/contract';
import { tenantRegistration } from '#tenants/http/create-tenant';
import { authenticateTenant } from '#tenants/public';
import { apiKeyKey, tenantKey } from '#tenants/table/keys';
import { write } from '#tenants/tenants.lambda';
import { request } from '../fixtures/request.ts';
import { createTestTable, OPERATOR_KEY } from '../fixtures/table.ts';

const authorization = `Bearer ${OPERATOR_KEY}`;
const headers = { authorization, 'idempotency-key': 'acme' };
type Table = ReturnType<typeof createTestTable>;

const post = ({ rt }: Pick<Table, 'rt'>, body: unknown, ownHeaders: Readonly<Record<string, string>> = headers) =>
  request(write.create(rt), { method: 'POST', path: '/v1/tenants', body, headers: ownHeaders });

const createAcme = async () => {
  const table = createTestTable();
  const response = await post(table, { name: ' Acme ' });
  const key = parseApiKey(response.body.apiKey);
  if (!key) throw new Error('the API key is invalid');
  return { ...table, response, key };
};

it('creates a tenant and returns its key, which works', async () => {
  const { rt, response, key } = await createAcme();
  expect(response.status).toBe(201);
  expect(response.body).toEqual({ id: key.tenantId, name: 'Acme', apiKey: expect.any(String) });
  expect(response.headers).not.toHaveProperty('idempotent-replayed');
  expect(key.tenantId).toMatch(/^[0-9a-f]{26}$/);
  expect(key.secret).toHaveLength(32);
  expect(await authenticateTenant(rt)(`Bearer ${response.body.apiKey}`)).toMatchObject({
    kind: 'tenant',
    tenantId: key.tenantId,
  });
});

it('stores the tenant with its event, and only a digest of its key and of its request, in one transaction', async () => {
  const { itemAt, key, operations } = await createAcme();
  expect(operations()).toEqual(['TransactWriteItems']);
  const tenant = await itemAt(tenantKey(key.tenantId));
  expect(tenant).toMatchObject({
    id: key.tenantId,
    name: 'Acme',
    requestDigest: expect.stringMatching(/^[\w-]{43}$/),
    v: 1,
    out: { v: 1, events: [{ data: { name: 'Acme' } }] },
  });
  expect(TenantChanged.schema.safeParse(tenant?.['out'].events[0]).success).toBe(true);
  const record = await itemAt(apiKeyKey(key));
  expect(record).toMatchObject({ tenantId: key.tenantId, v: 1 });
  expect(record).not.toHaveProperty('out');
  expect(JSON.stringify([tenant, record])).not.toContain(key.secret);
});

it('answers a repeated request with the same tenant and no key, and stores nothing', async () => {
  const { response, key, ...table } = await createAcme();
  const replay = await post(table, { name: 'Acme' });
  expect(replay).toMatchObject({ status: 201, headers: { 'idempotent-replayed': 'true' } });
  expect(replay.body).toEqual({ id: key.tenantId, name: 'Acme', notice: expect.stringContaining('/keys') });
  expect(table.records).toHaveLength(3);
});

it('refuses another request under the key, and leaves the existing tenant unchanged', async () => {
  const { response, key, ...table } = await createAcme();
  expect(await post(table, { name: 'Thief' })).toMatchObject({ status: 409, body: { code: 'key_reused' } });
  expect(await table.itemAt(tenantKey(key.tenantId))).toMatchObject({ name: 'Acme' });
  expect(table.records).toHaveLength(3);
});

it('derives the id from the stage and the idempotency key, and not from the operator or chance', async () => {
  const { key, response } = await createAcme();
  const table = createTestTable();
  table.rt.randomBytes(7);
  const { body: again } = await post(table, { name: 'Acme' });
  expect(again.id).toBe(key.tenantId);
  expect(again.apiKey).not.toBe(response.body.apiKey);
  const { body: other } = await post(createTestTable(), { name: 'Acme' }, { ...headers, 'idempotency-key': 'b' });
  const { body: elsewhere } = await post(createTestTable({ variables: { STAGE: 'prod' } }), { name: 'Acme' });
  expect(new Set([key.tenantId, other.id, elsewhere.id]).size).toBe(3);
});

it('registers a tenant with a known key once', async () => {
  const { rt, itemAt } = createTestTable();
  const key = { tenantId: 'demo' as TenantId, secret: '0123456789abcdef' };
  expect(await tenantRegistration(rt)({ name: 'Demo', key })).toMatchObject({ ok: true, value: { replayed: false } });
  const stolen = { ...key, secret: 'another-secret-of-the-thief' };
  expect(await tenantRegistration(rt)({ name: 'Thief', key: stolen })).toEqual({ ok: false, error: 'key_reused' });
  expect(await itemAt(apiKeyKey(stolen))).toBeUndefined();
});

it("is for the operator only: a tenant's key is forbidden", async () => {
  const { response, ...table } = await createAcme();
  const asTenant = { ...headers, authorization: `Bearer ${response.body.apiKey}` };
  expect(await post(table, { name: 'B' }, asTenant)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  expect(await post(table, { name: 'B' }, {})).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
});

it.each([{}, { name: '' }, { name: '  ' }, { name: 'x'.repeat(201) }, { name: 1 }, { name: 'A', id: 'a' }, []])(
  'refuses %j',
  async (body) => {
    const table = createTestTable();
    expect(await post(table, body)).toMatchObject({ status: 422, body: { code: 'invalid_body' } });
    expect(table.calls).toEqual([]);
  },
);

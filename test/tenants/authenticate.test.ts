import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import type { TenantId } from '#platform/kernel';
import { type ApiKey, formatApiKey } from '#tenants/contract';
import { tenantRegistration } from '#tenants/http/create-tenant';
import { authenticateTenant, authenticateTenantOrOperator } from '#tenants/public';
import { apiKeyKey } from '#tenants/table/keys';
import { newApiKey } from '../fixtures/api-key.ts';
import { TABLE_NAME } from '../fixtures/runtime.ts';
import { createTestTable, OPERATOR_KEY } from '../fixtures/table.ts';

const bearerOf = (key: ApiKey) => `Bearer ${formatApiKey(key)}`;

const withTenant = async () => {
  const table = createTestTable();
  const key = newApiKey(table.rt);
  await tenantRegistration(table.rt)({ name: 'Acme', key });
  table.calls.length = 0;
  return { ...table, key };
};

it('identifies a tenant by its key', async () => {
  const { rt, key } = await withTenant();
  expect(await authenticateTenant(rt)(bearerOf(key))).toEqual({
    kind: 'tenant',
    tenantId: key.tenantId,
    keyId: expect.any(String),
  });
});

it('identifies no caller by another secret, another tenant, a part of a key or no key', async () => {
  const { rt, key } = await withTenant();
  const { tenantId, secret } = key;
  const other = newApiKey(rt);
  await tenantRegistration(rt)({ name: 'Other', key: other });
  const authenticate = authenticateTenant(rt);
  for (const unknown of [{ tenantId, secret: other.secret }, { tenantId: other.tenantId, secret }, newApiKey(rt)]) {
    expect(await authenticate(bearerOf(unknown))).toBeUndefined();
  }
  for (const authorization of [
    undefined,
    '',
    'Bearer',
    bearerOf(key).slice(0, -1),
    formatApiKey(key),
    `Bearer ${OPERATOR_KEY}`,
  ]) {
    expect(await authenticate(authorization)).toBeUndefined();
  }
});

it('reads only keys of the tenant that a key names, and once in 5 s, whether or not it exists', async () => {
  const { rt, clock, calls, key } = await withTenant();
  const authenticate = authenticateTenant(rt);
  const late: ApiKey = { tenantId: 'late' as TenantId, secret: '0123456789abcdef' };
  for (const apiKey of [key, late, key, late]) await authenticate(bearerOf(apiKey));
  expect(
    calls.map(({ operation, partitionKeys: keys }) => [
      operation,
      ...keys.map((pk) => pk.split('#').slice(0, 3).join('#')),
    ]),
  ).toEqual([
    ['GetItem', `tenants#${key.tenantId}#key`],
    ['GetItem', 'tenants#late#key'],
  ]);
  await tenantRegistration(rt)({ name: 'Late', key: late });
  clock.advance(4_999);
  expect(await authenticate(bearerOf(late))).toBeUndefined();
  clock.advance(1);
  expect(await authenticate(bearerOf(late))).toMatchObject({ kind: 'tenant', tenantId: 'late' });
});

it('identifies the operator by the secret, and tenants too', async () => {
  const { rt, key } = await withTenant();
  const authenticate = authenticateTenantOrOperator(rt);
  expect(await authenticate(`Bearer ${OPERATOR_KEY}`)).toEqual({ kind: 'operator' });
  expect(await authenticate(bearerOf(key))).toEqual({
    kind: 'tenant',
    tenantId: key.tenantId,
    keyId: expect.any(String),
  });
  for (const authorization of [undefined, `Bearer ${OPERATOR_KEY}x`, OPERATOR_KEY, bearerOf(newApiKey(rt))]) {
    expect(await authenticate(authorization)).toBeUndefined();
  }
});

it('accepts a key for 5 s from the start of its read, however long the read takes', async () => {
  // Red when the cache counts from the response: then a slow read adds its duration to the 5 s.
  const READ_MS = 1_500;
  const clock = { advance: (_: number) => {} };
  const table = createTestTable({
    intercept: (operation, name) => async (input, caller) => {
      const output = await operation(input, caller);
      if (name === 'GetItem') clock.advance(READ_MS);
      return output;
    },
  });
  clock.advance = table.clock.advance;
  const key = newApiKey(table.rt);
  await tenantRegistration(table.rt)({ name: 'Acme', key });
  const authenticate = authenticateTenant(table.rt);
  expect(await authenticate(bearerOf(key))).toMatchObject({ tenantId: key.tenantId });
  await table.rt.db.send(new DeleteCommand({ TableName: TABLE_NAME, Key: apiKeyKey(key) }));
  table.clock.advance(5_000 - READ_MS);
  expect(await authenticate(bearerOf(key))).toBeUndefined();
});

import { expect, it } from 'vitest';
import type { TenantId } from '#platform/kernel';
import { type ApiKey, formatApiKey } from '#tenants/contract';
import { newApiKey, tenantRegistration } from '#tenants/http/create-tenant';
import { authenticateTenant, authenticateTenantOrOperator } from '#tenants/public';
import { OPERATOR_KEY, tableWorld } from '../platform/fixtures/table.ts';

const shown = (key: ApiKey) => `Bearer ${formatApiKey(key)}`;

const withTenant = async () => {
  const all = tableWorld();
  const key = newApiKey(all.rt);
  await tenantRegistration(all.rt)({ name: 'Acme', key });
  all.calls.length = 0;
  return { ...all, key };
};

it('knows a tenant by its key', async () => {
  const { rt, key } = await withTenant();
  expect(await authenticateTenant(rt)(shown(key))).toEqual({ kind: 'tenant', tenantId: key.tenantId });
});

it('knows nobody by another secret, another tenant, part of a key or none', async () => {
  const { rt, key } = await withTenant();
  const { tenantId, secret } = key;
  const other = newApiKey(rt);
  await tenantRegistration(rt)({ name: 'Other', key: other });
  const holder = authenticateTenant(rt);
  for (const strange of [{ tenantId, secret: other.secret }, { tenantId: other.tenantId, secret }, newApiKey(rt)]) {
    expect(await holder(shown(strange))).toBeUndefined();
  }
  for (const strange of [
    undefined,
    '',
    'Bearer',
    shown(key).slice(0, -1),
    formatApiKey(key),
    `Bearer ${OPERATOR_KEY}`,
  ]) {
    expect(await holder(strange)).toBeUndefined();
  }
});

it("reads only keys of the tenant that is named, and only once in 5 s, whether or not it's known", async () => {
  const { rt, clock, calls, key } = await withTenant();
  const holder = authenticateTenant(rt);
  const late: ApiKey = { tenantId: 'late' as TenantId, secret: '0123456789abcdef' };
  for (const each of [key, late, key, late]) await holder(shown(each));
  expect(
    calls.map(({ operation, keys }) => [operation, ...keys.map((pk) => pk.split('#').slice(0, 3).join('#'))]),
  ).toEqual([
    ['GetItem', `tenants#${key.tenantId}#key`],
    ['GetItem', 'tenants#late#key'],
  ]);
  await tenantRegistration(rt)({ name: 'Late', key: late });
  clock.advance(4_999);
  expect(await holder(shown(late))).toBeUndefined();
  clock.advance(1);
  expect(await holder(shown(late))).toEqual({ kind: 'tenant', tenantId: 'late' });
});

it('knows the operator by the secret alone, and tenants beside', async () => {
  const { rt, key } = await withTenant();
  const who = authenticateTenantOrOperator(rt);
  expect(await who(`Bearer ${OPERATOR_KEY}`)).toEqual({ kind: 'operator' });
  expect(await who(shown(key))).toEqual({ kind: 'tenant', tenantId: key.tenantId });
  for (const strange of [undefined, `Bearer ${OPERATOR_KEY}x`, OPERATOR_KEY, shown(newApiKey(rt))]) {
    expect(await who(strange)).toBeUndefined();
  }
});

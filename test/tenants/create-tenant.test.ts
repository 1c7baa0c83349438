import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { TenantId } from '#platform/kernel';
import type { ApiKey } from '#tenants/contract';
import type { Tenant } from '#tenants/domain/tenant';
import { createTenant, type Tenants } from '#tenants/use-cases/create-tenant';

const inMemory = () => {
  const rows = new Map<TenantId, { tenant: Tenant; key: ApiKey }>();
  const tenants: Tenants = {
    async add(tenant, key) {
      const existing = rows.get(tenant.id);
      if (existing) return existing.tenant;
      rows.set(tenant.id, { tenant, key });
      return 'done';
    },
  };
  return { rows, tenants };
};
const command = fc
  .record({
    name: fc.constantFrom('A', 'B'),
    tenantId: fc.constantFrom('a', 'b', 'c').map((id) => id as TenantId),
    secret: fc.string(),
  })
  .map(({ name, ...key }) => ({ name, key, requestDigest: `digest of ${name}` }));
const never = async () => false;

it('gives each id to the first request, and answers equal requests with its tenant', () =>
  // Red when the digest is not compared, when a replay counts as new, or when it changes what is stored.
  fc.assert(
    fc.asyncProperty(fc.array(command), async (commands) => {
      const { rows, tenants } = inMemory();
      for (const command of commands) {
        const { name, key, requestDigest } = command;
        const before = rows.get(key.tenantId);
        const result = await createTenant(tenants)(command, never);
        const value = { id: key.tenantId, name, requestDigest, version: 1 };
        if (before && before.tenant.name !== name) expect(result).toEqual({ ok: false, error: 'key_reused' });
        else expect(result).toEqual({ ok: true, value: { value, replayed: before !== undefined } });
        expect(rows.get(key.tenantId)).toEqual(before ?? { tenant: value, key });
      }
    }),
  ));

it('tries again after a conflict, until there is no time left', async () => {
  const key = { tenantId: 'a' as TenantId, secret: 's' };
  const create = (conflicts: number) => {
    const outcomes: ('contended' | 'done')[] = [...Array(conflicts).fill('contended'), 'done'];
    const add = async () => outcomes.shift() ?? 'done';
    return createTenant({ add })({ name: 'A', key, requestDigest: 'd' }, async (attempt) => attempt < 2);
  };
  expect(await create(2)).toMatchObject({ ok: true, value: { replayed: false } });
  expect(await create(3)).toEqual({ ok: false, error: 'conflict' });
});

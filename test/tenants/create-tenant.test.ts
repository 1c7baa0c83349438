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
      if (rows.has(tenant.id)) return false;
      rows.set(tenant.id, { tenant, key });
      return true;
    },
  };
  return { rows, tenants };
};
const command = fc.record({ name: fc.string(), id: fc.constantFrom('a', 'b', 'c'), secret: fc.string() });

it('gives each id to the first caller, and refuses every later one', () =>
  // Red when a conflict counts as success, or the tenant gets another id than its key names.
  fc.assert(
    fc.asyncProperty(fc.array(command), async (commands) => {
      const { rows, tenants } = inMemory();
      const create = createTenant(tenants);
      const seen = new Set<string>();
      for (const { name, id, secret } of commands) {
        const key = { tenantId: id as TenantId, secret };
        const created = await create({ name, key });
        const tenant = { id: key.tenantId, name, version: 1 };
        expect(created).toEqual(seen.has(id) ? { ok: false, error: 'conflict' } : { ok: true, value: tenant });
        if (created.ok) expect(rows.get(key.tenantId)).toEqual({ tenant, key });
        seen.add(id);
      }
      expect(rows.size).toBe(seen.size);
    }),
  ));

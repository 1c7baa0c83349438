import { describe, expect, it } from 'vitest';
import { defaultPolicy, type StoredPolicy } from '#orders/domain/policy';
import { policyTable } from '#orders/table/policy-table';
import type { Policies } from '#orders/use-cases/ports';
import { replacePolicy } from '#orders/use-cases/replace-policy';
import { tenantId } from '../fixtures/order.ts';
import { createTestTable } from '../fixtures/table.ts';

const policy = { offlineAfterMinutes: 0, giveWayAfterMinutes: null };

describe('the policy of a tenant', () => {
  it('has defaults until it is replaced, and replacing it by itself writes nothing', async () => {
    const { rt, calls, itemAt } = createTestTable();
    const policies = policyTable(rt);
    expect(await policies.find(tenantId)).toEqual(defaultPolicy);
    const replace = replacePolicy(policies);
    expect(await replace(tenantId, policy)).toEqual({ ok: true, value: { ...policy, version: 1 } });
    expect(await policies.find(tenantId)).toEqual({ ...policy, version: 1 });
    expect(await itemAt({ pk: 'orders#t1#policy#t1', sk: 'policy' })).toMatchObject(policy);
    calls.length = 0;
    expect(await replace(tenantId, policy)).toMatchObject({ ok: true });
    expect(calls.map(({ operation }) => operation)).toEqual(['GetItem']);
  });

  const { version: _, ...fields } = defaultPolicy;
  it.each(Object.keys(fields))('is written where %s alone differs', async (field) => {
    const policies = policyTable(createTestTable().rt);
    await replacePolicy(policies)(tenantId, policy);
    const changed = { ...policy, [field]: 60 };
    expect(await replacePolicy(policies)(tenantId, changed)).toMatchObject({ value: { version: 2 } });
    expect(await policies.find(tenantId)).toMatchObject(changed);
  });

  it('is replaced after a lost race, and reports a conflict after three', async () => {
    const losing = (losses: number): Policies => {
      let tries = 0;
      let stored: StoredPolicy = defaultPolicy;
      return {
        find: async () => stored,
        async update(_, __, to) {
          tries += 1;
          if (tries <= losses) return false;
          stored = to;
          return true;
        },
      };
    };
    expect(await replacePolicy(losing(2))(tenantId, policy)).toMatchObject({ ok: true });
    expect(await replacePolicy(losing(3))(tenantId, policy)).toEqual({ ok: false, error: 'conflict' });
  });
});

import type { Policy, StoredPolicy } from '#orders/domain/policy';
import type { Policies } from '#orders/use-cases/ports';
import { err, ok, type Result, type TenantId } from '#platform/kernel';

/** A policy is replaced by hand, so losing this many races means that several people replace it at once. */
const MAX_TRIES = 3;

/** Replaces a tenant's policy as a whole. Replacing it by itself writes nothing. */
export const replacePolicy =
  (policies: Policies) =>
  async (tenantId: TenantId, policy: Policy): Promise<Result<StoredPolicy, 'conflict'>> => {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const stored = await policies.find(tenantId);
      if (isEqual(stored, policy)) return ok(stored);
      const next = { ...policy, version: stored.version + 1 };
      if (await policies.update(tenantId, stored, next)) return ok(next);
    }
    return err('conflict');
  };

/** Compares every field of the new policy, so that one that is added later is compared as well. */
const isEqual = (stored: Policy, policy: Policy): boolean =>
  (Object.keys(policy) as (keyof Policy)[]).every((field) => stored[field] === policy[field]);

import type { TenantId } from '#platform/kernel';

export type Tenant = {
  readonly id: TenantId;
  readonly name: string;
  /** Of the request that created it, to tell a replay from another request under the same key. */
  readonly requestDigest: string;
  readonly version: number;
};

export const newTenant = (tenant: Omit<Tenant, 'version'>): Tenant => ({ ...tenant, version: 1 });

import type { TenantId } from '#platform/kernel';

export type Tenant = { readonly id: TenantId; readonly name: string; readonly version: number };

export const newTenant = (id: TenantId, name: string): Tenant => ({ id, name, version: 1 });

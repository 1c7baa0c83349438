import type { TenantId } from '#shared/kernel';

export type Tenant = { readonly id: TenantId; readonly name: string; readonly version: number };

export const open = (id: TenantId, name: string): Tenant => ({ id, name, version: 1 });

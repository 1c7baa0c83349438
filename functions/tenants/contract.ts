import * as z from 'zod/mini';
import { type DataOf, defineEvent } from '#shared/events';
import type { TenantId } from '#shared/kernel';

export const CreateTenant = z.strictObject({ name: z.string().check(z.trim(), z.minLength(1), z.maxLength(200)) });
export type CreateTenant = z.infer<typeof CreateTenant>;

export const TenantChanged = defineEvent('TenantChanged.v1', z.object({ name: z.string() }));
export type TenantChanged = DataOf<typeof TenantChanged>;

/** What a tenant's callers show: `bw_<tenantId>_<secret>`. An id has no underscore, so that there is one way to read a key. */
export type ApiKey = { readonly tenantId: TenantId; readonly secret: string };

export const formatApiKey = ({ tenantId, secret }: ApiKey) => `bw_${tenantId}_${secret}`;

export const parseApiKey = (text: string): ApiKey | undefined => {
  const [, tenantId, secret] = /^bw_([a-z0-9]{1,64})_([A-Za-z0-9_-]{16,128})$/.exec(text) ?? [];
  return tenantId && secret ? { tenantId: tenantId as TenantId, secret } : undefined;
};

import * as z from 'zod/mini';
import { platformProblems } from '#platform/http/problems';
import type { RouteGroup } from '#platform/http/route';
import type { TenantId } from '#platform/kernel';
import { defineEvent, type EventData } from '#platform/messaging/events';
import { TenantIdSchema } from '#platform/schemas';

export const CreateTenant = z.strictObject({ name: z.string().check(z.trim(), z.minLength(1), z.maxLength(200)) });
export type CreateTenant = z.infer<typeof CreateTenant>;

/** The first response has the API key, which nothing stored reveals. A replay has a notice instead, which says how to get another. */
const CreatedTenantResponse = z.union([
  z.object({ id: TenantIdSchema, name: z.string(), apiKey: z.string() }),
  z.object({ id: TenantIdSchema, name: z.string(), notice: z.string() }),
]);

const { conflict } = platformProblems;

export const writeRoutes = {
  createTenant: {
    method: 'POST',
    path: '/v1/tenants',
    scope: 'operator',
    idempotent: true,
    summary: 'Creates a tenant, once per Idempotency-Key. Only the first response has its API key.',
    body: CreateTenant,
    responses: { 201: CreatedTenantResponse },
    problems: { conflict },
  },
} as const satisfies RouteGroup;

export const TenantChanged = defineEvent('TenantChanged.v1', z.object({ name: z.string() }));
export type TenantChanged = EventData<typeof TenantChanged>;

/** All events of this context, by type. */
export const events = [TenantChanged] as const;

/** A tenant's credential, `bw_<tenantId>_<secret>`. A tenant's id has no underscore, so a key can be split in one way only. */
export type ApiKey = { readonly tenantId: TenantId; readonly secret: string };

export const formatApiKey = ({ tenantId, secret }: ApiKey) => `bw_${tenantId}_${secret}`;

export const parseApiKey = (text: string): ApiKey | undefined => {
  const [, tenantId, secret] = /^bw_([a-z0-9]{1,64})_([A-Za-z0-9_-]{16,128})$/.exec(text) ?? [];
  return tenantId && secret ? { tenantId: tenantId as TenantId, secret } : undefined;
};

import * as z from 'zod/mini';
import { platformProblems } from '#platform/http/problems';
import type { RouteGroup } from '#platform/http/route';
import { ID_FORM, InstantSchema, StringSchema, TenantIdSchema, textOf, trimmedText } from '#platform/schemas';
import { listQuery, pageOf } from '#platform/table/list-query';
import { problems } from '#tenants/errors';

const { conflict } = platformProblems;

export const CreateTenant = z.strictObject({ name: trimmedText(200) });
export type CreateTenant = z.infer<typeof CreateTenant>;

/** The first response has the API key, which nothing stored reveals. A replay has a notice instead, which says how to get another. */
const CreatedTenantResponse = () =>
  z.union([
    z.object({ id: TenantIdSchema, name: StringSchema, apiKey: StringSchema }),
    z.object({ id: TenantIdSchema, name: StringSchema, notice: StringSchema }),
  ]);

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

/** A key's id. It is not a part of the API key. */
const KeyIdSchema = textOf(ID_FORM);

/** How long the replaced key remains valid: it ends at once, after 15 minutes, or after a day. */
const OVERLAP_MINUTES = [0, 15, 1_440] as const;

export const MakeKey = z.strictObject({
  /** For people: what the key is used for. */
  name: trimmedText(100),
  replaces: z.optional(z.strictObject({ id: KeyIdSchema, overlapMinutes: z.literal(OVERLAP_MINUTES) })),
});
export type MakeKey = z.infer<typeof MakeKey>;

const keyFields = {
  id: KeyIdSchema,
  name: StringSchema,
  status: z.enum(['active', 'expired', 'revoked']),
  createdAt: InstantSchema,
  /** The key is refused from this time on. */
  expiresAt: z.optional(InstantSchema),
  revokedAt: z.optional(InstantSchema),
  /** Absent if the key was never used; otherwise at most an hour before its last use. */
  lastUsedAt: z.optional(InstantSchema),
};

/** A key as its tenant and the operator see it. It never contains the API key or its digest. */
export const KeyResponse = () => z.object(keyFields);
export type KeyResponse = z.infer<ReturnType<typeof KeyResponse>>;

/** Only the first response has the API key. A replay has a notice instead, which says how to make another. */
const MadeKeyResponse = () =>
  z.union([z.object({ ...keyFields, apiKey: StringSchema }), z.object({ ...keyFields, notice: StringSchema })]);

const { tenant_not_found, key_not_found, key_ended, too_many_keys, unknown_key } = problems;
const ownKeys = '/v1/keys';
const keysOfTenant = '/v1/tenants/{tenantId}/keys';

const makeKey = {
  method: 'POST',
  body: MakeKey,
  idempotent: true,
  responses: { 201: MadeKeyResponse },
  problems: { tenant_not_found, unknown_key, key_ended, too_many_keys, conflict },
} as const;
const listKeys = {
  method: 'GET',
  query: /* @__PURE__ */ listQuery('keys'),
  responses: { 200: () => pageOf(KeyResponse()) },
  problems: { tenant_not_found },
} as const;
const revokeKey = {
  method: 'DELETE',
  responses: { 200: KeyResponse },
  problems: { tenant_not_found, key_not_found, conflict },
} as const;

export const keysRoutes = {
  makeKey: {
    ...makeKey,
    path: ownKeys,
    scope: 'tenant',
    summary: 'Makes an API key, shows it once, and ends the key that it replaces now or after an overlap.',
  },
  listKeys: {
    ...listKeys,
    path: ownKeys,
    scope: 'tenant',
    summary: "Lists the tenant's keys with their last uses, newest first; ended ones for 90 days.",
  },
  revokeKey: {
    ...revokeKey,
    path: `${ownKeys}/{id}`,
    scope: 'tenant',
    params: { id: KeyIdSchema },
    summary: 'Revokes a key, which may be the one that the request is made with. It takes effect within 5 seconds.',
  },
  makeTenantKey: {
    ...makeKey,
    path: keysOfTenant,
    scope: 'operator',
    params: { tenantId: TenantIdSchema },
    summary: 'Makes an API key of a tenant.',
  },
  listTenantKeys: {
    ...listKeys,
    path: keysOfTenant,
    scope: 'operator',
    params: { tenantId: TenantIdSchema },
    summary: 'Lists the keys of a tenant.',
  },
  revokeTenantKey: {
    ...revokeKey,
    path: `${keysOfTenant}/{id}`,
    scope: 'operator',
    params: { tenantId: TenantIdSchema, id: KeyIdSchema },
    summary: 'Revokes a key of a tenant.',
  },
} as const satisfies RouteGroup;

import * as z from 'zod/mini';
import { platformProblems } from '#platform/http/problems';
import type { RouteGroup } from '#platform/http/route';
import { ID_FORM, TenantIdSchema } from '#platform/schemas';
import { listQuery, pageOf } from '#platform/table/list-query';
import { problems } from '#tenants/errors';

// A part of the contract with a file of its own: every function that verifies keys bundles `contract.ts`, and none of them needs this.

const { conflict } = platformProblems;

/** A key's id. It is not a part of the API key. */
const KeyIdSchema = z.string().check(z.regex(ID_FORM));

/** How long the replaced key remains valid: it ends at once, after 15 minutes, or after a day. */
const OVERLAP_MINUTES = [0, 15, 1_440] as const;

export const MakeKey = z.strictObject({
  /** For people: what the key is used for. */
  name: z.string().check(z.trim(), z.minLength(1), z.maxLength(100)),
  replaces: z.optional(z.strictObject({ id: KeyIdSchema, overlapMinutes: z.literal(OVERLAP_MINUTES) })),
});
export type MakeKey = z.infer<typeof MakeKey>;

const keyFields = {
  id: KeyIdSchema,
  name: z.string(),
  status: z.enum(['active', 'expired', 'revoked']),
  createdAt: z.iso.datetime(),
  /** The key is refused from this time on. */
  expiresAt: z.optional(z.iso.datetime()),
  revokedAt: z.optional(z.iso.datetime()),
  /** Absent if the key was never used; otherwise at most an hour before its last use. */
  lastUsedAt: z.optional(z.iso.datetime()),
};

/** A key as its tenant and the operator see it. It never contains the API key or its digest. */
export const KeyResponse = z.object(keyFields);
export type KeyResponse = z.infer<typeof KeyResponse>;

/** Only the first response has the API key. A replay has a notice instead, which says how to make another. */
const MadeKeyResponse = z.union([
  z.object({ ...keyFields, apiKey: z.string() }),
  z.object({ ...keyFields, notice: z.string() }),
]);

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
  query: listQuery('keys'),
  responses: { 200: pageOf(KeyResponse) },
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

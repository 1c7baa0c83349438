import { idFrom } from '#platform/http/idempotency';
import type { RouteHandler } from '#platform/http/route';
import type { Instant, TenantId } from '#platform/kernel';
import { backoffUntil, requestDeadlineMs } from '#platform/runtime/backoff';
import type { Runtime } from '#platform/runtime/runtime';
import { encodeCursor, type ListQuery } from '#platform/table/list-query';
import { formatApiKey } from '#tenants/contract';
import { type KeyRecord, keyStatus } from '#tenants/domain/key-ring';
import { newSecret } from '#tenants/http/secret';
import type { KeyResponse, keysRoutes, MakeKey } from '#tenants/routes';
import { keyRingTable } from '#tenants/table/key-ring-table';
import { apiKeyDigest } from '#tenants/table/keys';
import { makeKey as makeKeyUseCase, revokeTenantKey as revokeTenantKeyUseCase } from '#tenants/use-cases/manage-keys';

type Routes = typeof keysRoutes;

const NOTICE =
  'The API key was in the first response only. If it is lost, revoke this key and create another with another Idempotency-Key.';

const toResponse = (key: KeyRecord, at: Instant): KeyResponse => ({
  ...{ id: key.id, name: key.name, status: keyStatus(key, at), createdAt: key.createdAt },
  ...{ expiresAt: key.expiresAt, revokedAt: key.revokedAt, lastUsedAt: key.lastUsedAt },
});

type MakeCall = { readonly body: MakeKey; readonly idempotencyKey: string; readonly requestDigest: string };

/** What the tenant's own routes and the operator's have in common: everything but the origin of the tenant's id. */
const keyActions = (rt: Runtime<'db'>) => {
  const now = () => rt.now().toISOString();
  const rings = keyRingTable(rt);
  const [make, revoke] = [makeKeyUseCase({ rings, now }), revokeTenantKeyUseCase({ rings, now })];
  const backoff = () => backoffUntil(rt, requestDeadlineMs(rt));
  return {
    async make(tenantId: TenantId, { body, idempotencyKey, requestDigest }: MakeCall) {
      const apiKey = { tenantId, secret: newSecret(rt) };
      const id = idFrom(tenantId, idempotencyKey);
      const made = await make({ tenantId, id, ...body, digest: apiKeyDigest(apiKey), requestDigest }, backoff());
      if (!made.ok) return { problem: made.error };
      const { value, replayed } = made.value;
      const shown = replayed ? { notice: NOTICE } : { apiKey: formatApiKey(apiKey) };
      return { status: 201 as const, replayed, body: { ...toResponse(value, now()), ...shown } };
    },
    async list(tenantId: TenantId, { list, limit, after }: ListQuery) {
      const ring = await rings.find(tenantId);
      if (!ring) return { problem: 'tenant_not_found' as const };
      const placeOf = ({ createdAt, id }: KeyRecord) => `${createdAt}#${id}`;
      const keys = ring.keys
        .filter((key) => after === undefined || placeOf(key) < after)
        .toSorted((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1));
      const page = keys.slice(0, limit);
      const last = page.at(-1);
      const next = last && keys.length > limit ? encodeCursor(list, placeOf(last)) : null;
      return { status: 200 as const, body: { items: page.map((key) => toResponse(key, now())), next } };
    },
    async revoke(tenantId: TenantId, id: string) {
      const revoked = await revoke(tenantId, id, backoff());
      if (!revoked.ok) return { problem: revoked.error };
      return { status: 200 as const, body: toResponse(revoked.value, now()) };
    },
  };
};

export const makeKey = (rt: Runtime<'db'>): RouteHandler<Routes['makeKey']> => {
  const { make } = keyActions(rt);
  return ({ tenantId, ...call }) => make(tenantId, call);
};
export const makeTenantKey = (rt: Runtime<'db'>): RouteHandler<Routes['makeTenantKey']> => {
  const { make } = keyActions(rt);
  return ({ params, ...call }) => make(params.tenantId, call);
};

export const listKeys = (rt: Runtime<'db'>): RouteHandler<Routes['listKeys']> => {
  const { list } = keyActions(rt);
  return ({ tenantId, query }) => list(tenantId, query);
};
export const listTenantKeys = (rt: Runtime<'db'>): RouteHandler<Routes['listTenantKeys']> => {
  const { list } = keyActions(rt);
  return ({ params, query }) => list(params.tenantId, query);
};

export const revokeKey = (rt: Runtime<'db'>): RouteHandler<Routes['revokeKey']> => {
  const { revoke } = keyActions(rt);
  return ({ tenantId, params }) => revoke(tenantId, params.id);
};
export const revokeTenantKey = (rt: Runtime<'db'>): RouteHandler<Routes['revokeTenantKey']> => {
  const { revoke } = keyActions(rt);
  return ({ params }) => revoke(params.tenantId, params.id);
};

import { digestOf, idFrom } from '#platform/http/idempotency';
import type { RouteHandler } from '#platform/http/route';
import type { TenantId } from '#platform/kernel';
import { backoffUntil, requestDeadlineMs } from '#platform/runtime/backoff';
import type { Runtime } from '#platform/runtime/runtime';
import { type ApiKey, formatApiKey } from '#tenants/contract';
import { newSecret } from '#tenants/http/secret';
import type { CreateTenant, writeRoutes } from '#tenants/routes';
import { tenantTable } from '#tenants/table/tenant-table';
import { type Command, createTenant as createTenantUseCase } from '#tenants/use-cases/create-tenant';

/** The operator's request names no tenant, so the work is for the one that it creates. */
const createRegistration = (rt: Runtime<'db'>) => {
  const create = createTenantUseCase(tenantTable(rt));
  return (command: Command) =>
    rt.tenants.run(command.key.tenantId, () => create(command, backoffUntil(rt, requestDeadlineMs(rt))));
};

/** Registers tenants whose key is known in advance, for hosts that seed one. */
export const tenantRegistration = (rt: Runtime<'db'>) => {
  const registerTenant = createRegistration(rt);
  return ({ name, key }: CreateTenant & { readonly key: ApiKey }) =>
    registerTenant({ name, key, requestDigest: digestOf({ params: {}, body: { name } }) });
};

/**
 * The operator's idempotency keys count per stage. The stage's name never changes, while the operator's key does; it need not be secret,
 * because a tenant's id opens nothing (ADR 75).
 */
const tenantIdFrom = (stage: string, idempotencyKey: string) =>
  idFrom(`operator of ${stage}`, idempotencyKey) as TenantId;

const noticeFor = (id: TenantId) =>
  `The API key was in the first response only. If it is lost, create another with POST /v1/tenants/${id}/keys.`;

export const createTenant = (rt: Runtime<'db'>): RouteHandler<(typeof writeRoutes)['createTenant']> => {
  const registerTenant = createRegistration(rt);
  return async ({ body, idempotencyKey, requestDigest }) => {
    const key = { tenantId: tenantIdFrom(rt.env('STAGE'), idempotencyKey), secret: newSecret(rt) };
    const registered = await registerTenant({ ...body, key, requestDigest });
    if (!registered.ok) return { problem: registered.error };
    const { value, replayed } = registered.value;
    const { id, name } = value;
    return {
      status: 201,
      replayed,
      body: replayed ? { id, name, notice: noticeFor(id) } : { id, name, apiKey: formatApiKey(key) },
    };
  };
};

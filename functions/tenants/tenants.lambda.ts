import { httpFunction } from '#platform/http/http-function';
import { secrets } from '#platform/runtime/clients';
import { db } from '#platform/runtime/db';
import type { LambdaEntry } from '#platform/runtime/lambda';
import { authorizer } from '#tenants/http/authorizer';
import { createTenant } from '#tenants/http/create-tenant';
import { listKeys, listTenantKeys, makeKey, makeTenantKey, revokeKey, revokeTenantKey } from '#tenants/http/keys';
import { authenticateTenantOrOperator } from '#tenants/public';
import { keysRoutes, writeRoutes } from '#tenants/routes';

export const write = {
  clients: { db, secrets },
  create: (rt) =>
    httpFunction(rt, {
      authenticate: authenticateTenantOrOperator(rt),
      routes: writeRoutes,
      handlers: { createTenant },
    }),
} satisfies LambdaEntry<'db' | 'secrets'>;
export const keys = {
  clients: { db, secrets },
  create: (rt) =>
    httpFunction(rt, {
      authenticate: authenticateTenantOrOperator(rt),
      routes: keysRoutes,
      handlers: { makeKey, listKeys, revokeKey, makeTenantKey, listTenantKeys, revokeTenantKey },
    }),
} satisfies LambdaEntry<'db' | 'secrets'>;
export const authorize = { clients: { db, secrets }, create: authorizer } satisfies LambdaEntry<'db' | 'secrets'>;

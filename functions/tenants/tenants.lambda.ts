import { httpFunction } from '#platform/http/http-function';
import { db, secrets } from '#platform/runtime/clients';
import { lambda } from '#platform/runtime/lambda';
import { writeRoutes } from '#tenants/contract';
import { authorizer } from '#tenants/http/authorizer';
import { createTenant } from '#tenants/http/create-tenant';
import { authenticateTenantOrOperator } from '#tenants/public';

export const write = lambda({ db, secrets }, httpFunction(writeRoutes, authenticateTenantOrOperator, { createTenant }));
export const authorize = lambda({ db, secrets }, authorizer);

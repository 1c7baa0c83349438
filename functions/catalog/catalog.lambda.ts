import { getProduct, listProducts } from '#catalog/http/read';
import { putProduct } from '#catalog/http/write';
import { readRoutes, writeRoutes } from '#catalog/routes';
import { httpFunction } from '#platform/http/http-function';
import { db } from '#platform/runtime/db';
import type { LambdaEntry } from '#platform/runtime/lambda';
import { authenticateTenant } from '#tenants/public';

export const write = {
  clients: { db },
  create: (rt) =>
    httpFunction(rt, { authenticate: authenticateTenant(rt), routes: writeRoutes, handlers: { putProduct } }),
} satisfies LambdaEntry<'db'>;
export const read = {
  clients: { db },
  create: (rt) =>
    httpFunction(rt, {
      authenticate: authenticateTenant(rt),
      routes: readRoutes,
      handlers: { listProducts, getProduct },
    }),
} satisfies LambdaEntry<'db'>;

import { getStock } from '#inventory/http/read';
import { adjustStock, setShards } from '#inventory/http/write';
import { readRoutes, writeRoutes } from '#inventory/routes';
import { holdStep, releaseStep } from '#inventory/saga/steps';
import { commitHoldsWorker } from '#inventory/workers/commit-holds';
import { countHoldsWorker } from '#inventory/workers/count-holds';
import { watchStockWorker } from '#inventory/workers/watch-stock';
import { httpFunction } from '#platform/http/http-function';
import { queues } from '#platform/runtime/clients';
import { db } from '#platform/runtime/db';
import type { LambdaEntry } from '#platform/runtime/lambda';
import { authenticateTenant } from '#tenants/public';

export const write = {
  clients: { db },
  create: (rt) =>
    httpFunction(rt, {
      authenticate: authenticateTenant(rt),
      routes: writeRoutes,
      handlers: { adjustStock, setShards },
    }),
} satisfies LambdaEntry<'db'>;
export const read = {
  clients: { db },
  create: (rt) =>
    httpFunction(rt, { authenticate: authenticateTenant(rt), routes: readRoutes, handlers: { getStock } }),
} satisfies LambdaEntry<'db'>;

export const hold = { clients: { db }, create: holdStep } satisfies LambdaEntry<'db'>;
export const release = { clients: { db }, create: releaseStep } satisfies LambdaEntry<'db'>;

export const commitHolds = { clients: { db, queues }, create: commitHoldsWorker } satisfies LambdaEntry<
  'db' | 'queues'
>;
export const watchStock = { clients: { db, queues }, create: watchStockWorker } satisfies LambdaEntry<'db' | 'queues'>;
export const countHolds = { clients: { db, queues }, create: countHoldsWorker } satisfies LambdaEntry<'db' | 'queues'>;

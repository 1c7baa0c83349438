import { live, ready } from '#operations/http/health';
import { healthRoutes } from '#operations/routes';
import { redriveWorker } from '#operations/workers/redrive';
import { authenticateNobody } from '#platform/http/authenticate';
import { httpFunction } from '#platform/http/http-function';
import { bus, queues, workflows } from '#platform/runtime/clients';
import { db } from '#platform/runtime/db';
import type { LambdaEntry } from '#platform/runtime/lambda';

export const health = {
  clients: { db, bus, workflows },
  create: (rt) =>
    httpFunction(rt, { authenticate: authenticateNobody, routes: healthRoutes, handlers: { live, ready } }),
} satisfies LambdaEntry<'db' | 'bus' | 'workflows'>;

export const redrive = { clients: { db, queues }, create: redriveWorker } satisfies LambdaEntry<'db' | 'queues'>;

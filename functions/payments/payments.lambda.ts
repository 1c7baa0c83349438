import { receiveCallback } from '#payments/http/callbacks';
import { callbackRoutes } from '#payments/routes';
import { chargeStep, settleStep } from '#payments/saga/steps';
import { probeWorker } from '#payments/workers/probe';
import { authenticateNobody } from '#platform/http/authenticate';
import { httpFunction } from '#platform/http/http-function';
import { secrets } from '#platform/runtime/clients';
import { db } from '#platform/runtime/db';
import type { LambdaEntry } from '#platform/runtime/lambda';

export const charge = { clients: { db, secrets }, create: chargeStep } satisfies LambdaEntry<'db' | 'secrets'>;
export const settle = { clients: { db, secrets }, create: settleStep } satisfies LambdaEntry<'db' | 'secrets'>;
export const probe = { clients: { db, secrets }, create: probeWorker } satisfies LambdaEntry<'db' | 'secrets'>;
export const callbacks = {
  clients: { db, secrets },
  create: (rt) =>
    httpFunction(rt, { authenticate: authenticateNobody, routes: callbackRoutes, handlers: { receiveCallback } }),
} satisfies LambdaEntry<'db' | 'secrets'>;

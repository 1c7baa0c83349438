import { getPolicy, putPolicy, resumeOrder } from '#orders/http/operator';
import { getOrder, listOrders } from '#orders/http/read';
import { cancelOrder, placeOrder, recordPayment } from '#orders/http/write';
import { operatorRoutes, policyRoutes, readRoutes, writeRoutes } from '#orders/routes';
import { awaitPaymentStep, closeStep, confirmStep, parkStep, refuseStep } from '#orders/saga/steps';
import { startSagaWorker } from '#orders/workers/start-saga';
import { sweepWorker } from '#orders/workers/sweep';
import { httpFunction } from '#platform/http/http-function';
import { queues, secrets, workflows } from '#platform/runtime/clients';
import { db } from '#platform/runtime/db';
import type { LambdaEntry } from '#platform/runtime/lambda';
import { authenticateTenant, authenticateTenantOrOperator } from '#tenants/public';

export const write = {
  clients: { db },
  create: (rt) =>
    httpFunction(rt, {
      authenticate: authenticateTenant(rt),
      routes: writeRoutes,
      handlers: { placeOrder, cancelOrder, recordPayment },
    }),
} satisfies LambdaEntry<'db'>;
export const read = {
  clients: { db },
  create: (rt) =>
    httpFunction(rt, { authenticate: authenticateTenant(rt), routes: readRoutes, handlers: { listOrders, getOrder } }),
} satisfies LambdaEntry<'db'>;
export const operate = {
  clients: { db, secrets },
  create: (rt) =>
    httpFunction(rt, {
      authenticate: authenticateTenantOrOperator(rt),
      routes: { ...operatorRoutes, ...policyRoutes },
      handlers: { resumeOrder, getPolicy, putPolicy },
    }),
} satisfies LambdaEntry<'db' | 'secrets'>;

export const startSaga = { clients: { queues, workflows }, create: startSagaWorker } satisfies LambdaEntry<
  'queues' | 'workflows'
>;
export const sweep = { clients: { db }, create: sweepWorker } satisfies LambdaEntry<'db'>;

export const confirm = { clients: { db }, create: confirmStep } satisfies LambdaEntry<'db'>;
export const refuse = { clients: { db }, create: refuseStep } satisfies LambdaEntry<'db'>;
export const close = { clients: { db }, create: closeStep } satisfies LambdaEntry<'db'>;
export const awaitPayment = { clients: { db }, create: awaitPaymentStep } satisfies LambdaEntry<'db'>;
export const park = { clients: { db }, create: parkStep } satisfies LambdaEntry<'db'>;

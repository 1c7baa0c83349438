import { operatorRoutes, readRoutes, writeRoutes } from '#orders/contract';
import { resumeOrder } from '#orders/http/operator';
import { getOrder, listOrders } from '#orders/http/read';
import { cancelOrder, placeOrder, recordPayment } from '#orders/http/write';
import { awaitPaymentStep, closeStep, confirmStep, parkStep, refuseStep } from '#orders/saga/steps';
import { startSagaWorker } from '#orders/workers/start-saga';
import { sweepWorker } from '#orders/workers/sweep';
import { httpFunction } from '#platform/http/http-function';
import { db, secrets, workflows } from '#platform/runtime/clients';
import { lambda } from '#platform/runtime/lambda';
import { authenticateTenant, authenticateTenantOrOperator } from '#tenants/public';

export const write = lambda(
  { db },
  httpFunction(writeRoutes, authenticateTenant, { placeOrder, cancelOrder, recordPayment }),
);
export const read = lambda({ db }, httpFunction(readRoutes, authenticateTenant, { listOrders, getOrder }));
export const operate = lambda(
  { db, secrets },
  httpFunction(operatorRoutes, authenticateTenantOrOperator, { resumeOrder }),
);

export const startSaga = lambda({ workflows }, startSagaWorker);
export const sweep = lambda({ db }, sweepWorker);

export const confirm = lambda({ db }, confirmStep);
export const refuse = lambda({ db }, refuseStep);
export const close = lambda({ db }, closeStep);
export const awaitPayment = lambda({ db }, awaitPaymentStep);
export const park = lambda({ db }, parkStep);

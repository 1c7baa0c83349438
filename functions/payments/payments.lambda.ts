import { callbackRoutes } from '#payments/contract';
import { receiveCallback } from '#payments/http/callbacks';
import { chargeStep, settleStep } from '#payments/saga/steps';
import { authenticateNobody } from '#platform/http/authenticate';
import { httpFunction } from '#platform/http/http-function';
import { db, secrets } from '#platform/runtime/clients';
import { lambda } from '#platform/runtime/lambda';

export const charge = lambda({ db, secrets }, chargeStep);
export const settle = lambda({ db, secrets }, settleStep);
export const callbacks = lambda({ db, secrets }, httpFunction(callbackRoutes, authenticateNobody, { receiveCallback }));

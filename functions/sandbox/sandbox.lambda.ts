import { httpFunction } from '#platform/http/http-function';
import { db, secrets } from '#platform/runtime/clients';
import { lambda } from '#platform/runtime/lambda';
import { providerRoutes } from '#sandbox/contract';
import {
  allowRefund,
  authenticateMerchant,
  charge,
  getCharge,
  refundCharge,
  startOutage,
  voidCharge,
} from '#sandbox/http/provider';

export const provider = lambda(
  { db, secrets },
  httpFunction(providerRoutes, authenticateMerchant, {
    charge,
    getCharge,
    voidCharge,
    refundCharge,
    allowRefund,
    startOutage,
  }),
);

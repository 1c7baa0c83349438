import { httpFunction } from '#platform/http/http-function';
import { secrets } from '#platform/runtime/clients';
import { db } from '#platform/runtime/db';
import type { LambdaEntry } from '#platform/runtime/lambda';
import {
  allowRefund,
  authenticateMerchant,
  captureByHand,
  charge,
  disputeCharge,
  getCharge,
  getState,
  refundByHand,
  refundCharge,
  startOutage,
  voidCharge,
} from '#sandbox/http/provider';
import { providerRoutes } from '#sandbox/routes';

export const provider = {
  clients: { db, secrets },
  create: (rt) =>
    httpFunction(rt, {
      authenticate: authenticateMerchant(rt),
      routes: providerRoutes,
      handlers: {
        charge,
        getCharge,
        getState,
        voidCharge,
        refundCharge,
        allowRefund,
        refundByHand,
        captureByHand,
        disputeCharge,
        startOutage,
      },
    }),
} satisfies LambdaEntry<'db' | 'secrets'>;

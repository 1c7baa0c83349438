import * as z from 'zod/mini';
import { problems as orderProblems } from '#orders/errors';
import { problems } from '#payments/errors';
import { platformProblems } from '#platform/http/problems';
import type { RouteGroup } from '#platform/http/route';
import { defineEvent } from '#platform/messaging/events';
import { ID_FORM, MoneySchema } from '#platform/schemas';

/** The providers whose protocol Breakwater implements. */
export type ProviderName = 'sandbox';

/** The provider captured the order's total. The aggregate is the order. */
export const PaymentReceived = defineEvent('PaymentReceived.v1', MoneySchema);
/** The provider declined; nothing was captured. */
export const PaymentDeclined = defineEvent('PaymentDeclined.v1', MoneySchema);
/** The captured money was refunded. */
export const PaymentRefunded = defineEvent('PaymentRefunded.v1', MoneySchema);

/** All events of this context, by type. */
export const events = [PaymentReceived, PaymentDeclined, PaymentRefunded] as const;

/** The provider's notification about a charge. It may have further fields. */
export const Callback = z.object({
  /** `<tenantId>.<orderId>` */
  key: z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9_-]{1,64}$/)),
  status: z.enum(['captured', 'declined', 'refunded']),
  amount: z.int(),
  currency: z.string(),
});
export type Callback = z.infer<typeof Callback>;

const { invalid_signature, charge_not_found } = problems;
const { wrong_amount } = orderProblems;
const { malformed_json, invalid_body, unsupported_media_type, not_found } = platformProblems;

export const callbackRoutes = {
  receiveCallback: {
    method: 'POST',
    path: '/v1/providers/{provider}/callbacks',
    scope: 'public',
    params: { provider: z.string().check(z.regex(ID_FORM)) },
    summary: "Receives the payment provider's signed notification about a charge.",
    responses: { 200: z.object({ received: z.literal(true) }) },
    // the body is parsed after its signature was verified, so its problems are declared here
    problems: {
      ...{ invalid_signature, charge_not_found, wrong_amount, not_found },
      ...{ malformed_json, invalid_body, unsupported_media_type },
    },
  },
} as const satisfies RouteGroup;

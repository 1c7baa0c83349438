import * as z from 'zod/mini';
import { problems as orderProblems } from '#orders/errors';
import { problems } from '#payments/errors';
import { platformProblems } from '#platform/http/problems';
import type { RouteGroup } from '#platform/http/route';
import { ID_FORM, StringSchema, textOf, wholeNumber } from '#platform/schemas';

/** The provider's notification about a charge. It may have further fields. Whatever it says, the charge's own state counts. */
export const Callback = z.object({
  /** `<tenantId>.<orderId>`; of a later attempt `<tenantId>.<orderId>.<n>`, with `n` from 2. */
  key: textOf(/^[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9_-]{1,64}(\.([2-9]|[1-9]\d))?$/),
  status: z.enum(['captured', 'declined', 'refunded', 'disputed']),
  /** In minor units: the total of a charge; of a refund or a dispute how much it is by now. */
  amount: wholeNumber(0),
  currency: StringSchema,
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
    params: { provider: textOf(ID_FORM) },
    summary: "Receives the payment provider's signed notification about a charge.",
    responses: { 200: () => z.object({ received: z.literal(true) }) },
    // the body is parsed after its signature was verified, so its problems are declared here
    problems: {
      ...{ invalid_signature, charge_not_found, wrong_amount, not_found },
      ...{ malformed_json, invalid_body, unsupported_media_type },
    },
  },
} as const satisfies RouteGroup;

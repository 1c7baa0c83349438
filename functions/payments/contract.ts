import * as z from 'zod/mini';
import { problems as orderProblems } from '#orders/errors';
import { problems } from '#payments/errors';
import { platformProblems } from '#platform/http/problems';
import type { RouteGroup } from '#platform/http/route';
import type { Money, OrderId, TenantId } from '#platform/kernel';
import { defineEvent } from '#platform/messaging/events';
import { ID_FORM, MoneySchema } from '#platform/schemas';

/** The providers whose protocol Breakwater implements. */
export type ProviderName = 'sandbox';

/** The provider captured the order's total. The aggregate is the order. Over all attempts, received less refunded is what is kept. */
export const PaymentReceived = defineEvent('PaymentReceived.v1', MoneySchema);
/** The provider declined an attempt; nothing was captured by it. */
export const PaymentDeclined = defineEvent('PaymentDeclined.v1', MoneySchema);
/** Captured money was refunded: by Breakwater, or `unasked`, outside it. */
export const PaymentRefunded = defineEvent(
  'PaymentRefunded.v1',
  z.extend(MoneySchema, { unasked: z.optional(z.literal(true)) }),
);
/** The payer disputes this much of what was captured. Breakwater records it and does nothing else. */
export const PaymentDisputed = defineEvent('PaymentDisputed.v1', MoneySchema);

/** All events of this context, by type. */
export const events = [PaymentReceived, PaymentDeclined, PaymentRefunded, PaymentDisputed] as const;

/** The provider's notification about a charge. It may have further fields. Whatever it says, the charge's own state counts. */
export const Callback = z.object({
  /** `<tenantId>.<orderId>`; of a later attempt `<tenantId>.<orderId>.<n>`, with `n` from 2. */
  key: z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9_-]{1,64}(\.([2-9]|[1-9]\d))?$/)),
  status: z.enum(['captured', 'declined', 'refunded', 'disputed']),
  /** In minor units: the total of a charge; of a refund or a dispute how much it is by now. */
  amount: z.int().check(z.minimum(0)),
  currency: z.string(),
});
export type Callback = z.infer<typeof Callback>;

/** Everything that happened to an order's money, as other contexts see it. Amounts in minor units of the total's currency. */
export type PaymentView = {
  readonly total: Money;
  readonly status: 'open' | 'settling' | 'settled';
  readonly attempts: readonly {
    readonly n: number;
    readonly status: 'intended' | 'closed' | 'captured' | 'declined' | 'settled';
    readonly captured: number;
    readonly refunded: number;
  }[];
  /** What was done at the provider outside Breakwater, and what the provider says that cannot be true (`contradicted`). */
  readonly reports?:
    | readonly {
        readonly at: string;
        readonly n: number;
        readonly kind: 'refunded' | 'disputed' | 'contradicted';
        readonly amount: number;
        readonly currency?: string | undefined;
        readonly because?: string | undefined;
      }[]
    | undefined;
};

/** Reads an order's payment with a strongly consistent read; undefined where nothing was ever sent or settled. */
export type FindPayment = (tenantId: TenantId, orderId: OrderId) => Promise<PaymentView | undefined>;

/** False while the tenant's breaker is open or probing, or cannot be read. */
export type ProviderIsAvailable = (tenantId: TenantId) => Promise<boolean>;

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

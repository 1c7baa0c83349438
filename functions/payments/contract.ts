import * as z from 'zod/mini';
import { defineEvent } from '#shared/events';

/** The providers that Breakwater speaks the protocol of. */
export type ProviderName = 'sandbox';

/** Minor units. The aggregate is the order. */
const money = z.object({ amount: z.int(), currency: z.string() });

/** The provider captured the order's total. */
export const PaymentReceived = defineEvent('PaymentReceived.v1', money);
/** The provider refused; nothing was captured. */
export const PaymentDeclined = defineEvent('PaymentDeclined.v1', money);
/** What was captured went back. */
export const PaymentRefunded = defineEvent('PaymentRefunded.v1', money);

/** What a provider tells of a charge by itself. It may say more than that. */
export const Callback = z.object({
  /** `<tenantId>.<orderId>` */
  key: z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9_-]{1,64}$/)),
  status: z.enum(['captured', 'declined', 'refunded']),
  ...money.shape,
});
export type Callback = z.infer<typeof Callback>;

import * as z from 'zod';
import { defineEvent } from '#shared/events';

/** Minor units. The aggregate is the order. */
const money = z.object({ amount: z.int(), currency: z.string() });

/** The provider captured the order's total. */
export const PaymentReceived = defineEvent('PaymentReceived.v1', money);
/** The provider refused; nothing was captured. */
export const PaymentDeclined = defineEvent('PaymentDeclined.v1', money);
/** What was captured went back. */
export const PaymentRefunded = defineEvent('PaymentRefunded.v1', money);

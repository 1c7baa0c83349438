import type { Kind } from '#notifications/domain/delivery';
import type { Instant, Money, OrderId } from '#shared/kernel';

export type Mail = { readonly to: string; readonly subject: string; readonly body: string };

/** What a mail says of an order. */
export type Facts = {
  readonly orderId: OrderId;
  readonly email: string;
  readonly total: Money;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly deadline?: Instant | undefined;
};

/** Whether the order has left the state that the notice tells of: nobody is asked to pay for what is paid or cancelled. */
export const overtaken = (kind: Kind, { status }: Facts): boolean => status !== kind;

export const mailOf = (kind: Kind, facts: Facts): Mail => ({
  to: facts.email,
  subject: `Your order ${facts.orderId} ${subjects[kind]}`,
  body: `${texts[kind](facts)}\n`,
});

const subjects: Readonly<Record<Kind, string>> = {
  confirmed: 'is confirmed',
  cancelled: 'is cancelled',
  awaiting_payment: 'awaits your payment',
};

const texts: Readonly<Record<Kind, (facts: Facts) => string>> = {
  confirmed: ({ orderId, total }) =>
    `Your order ${orderId} over ${priceOf(total)} is confirmed.\n\nIt is paid, and we get it ready for you. You need not do anything.`,
  cancelled: ({ orderId, total, reason }) =>
    `Your order ${orderId} over ${priceOf(total)} is cancelled: ${reasonOf(reason)}.\n\nYou owe nothing. What you have paid by card or account goes back to where it came from.`,
  awaiting_payment: ({ orderId, total, deadline }) =>
    `Your order ${orderId} over ${priceOf(total)} is held for you, but the payment provider cannot be reached.\n\nPlease pay ${priceOf(total)} by ${deadline} and name the reference ${orderId}. The order is confirmed when the payment is in, and cancelled when it is not in by then.`,
};

const reasons: Readonly<Record<string, string>> = {
  cancelled_by_customer: 'as you asked',
  out_of_stock: 'not everything in it is in stock',
  payment_declined: 'the payment was declined',
  expired: 'it could not be completed in time',
  payment_expired: 'no payment came in time',
};

const reasonOf = (reason = ''): string => reasons[reason] ?? 'it could not be completed';

/** Of minor units, with as many decimals as the currency has: `12.50 EUR`, `1250 JPY`. */
const priceOf = ({ amount, currency }: Money): string => {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
  const decimals = format.maximumFractionDigits as number;
  return `${(amount / 10 ** decimals).toFixed(decimals)} ${currency}`;
};

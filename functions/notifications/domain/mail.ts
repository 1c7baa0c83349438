import { formatDateTime } from '#notifications/domain/date-time';
import type { NoticeKind } from '#notifications/domain/delivery';
import type { Instant, Money, OrderId } from '#platform/kernel';
import { formatMoney } from '#platform/money';

export type Mail = { readonly to: string; readonly subject: string; readonly body: string };

/** What a mail says about an order. */
export type OrderFacts = {
  readonly orderId: OrderId;
  readonly email: string;
  readonly total: Money;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly deadline?: Instant | undefined;
};

/** Whether the order has left the status of the notice: nobody should be asked to pay for an order that is paid or cancelled. */
export const isOutdated = (kind: NoticeKind, { status }: OrderFacts): boolean => status !== kind;

export const composeMail = (kind: NoticeKind, facts: OrderFacts): Mail => ({
  to: facts.email,
  subject: `Your order ${facts.orderId} ${subjects[kind]}`,
  body: `${texts[kind](facts)}\n`,
});

const subjects: Readonly<Record<NoticeKind, string>> = {
  confirmed: 'is confirmed',
  cancelled: 'is cancelled',
  awaiting_payment: 'awaits your payment',
};

const texts: Readonly<Record<NoticeKind, (facts: OrderFacts) => string>> = {
  confirmed: ({ orderId, total }) =>
    `Your order ${orderId} for ${formatMoney(total)} is confirmed.\n\nIt is paid, and we are preparing it for you. You do not need to do anything.`,
  cancelled: (facts) => (facts.reason === 'gave_way' ? gaveWay(facts) : cancelled(facts)),
  awaiting_payment: ({ orderId, total, deadline }) =>
    `Your order ${orderId} for ${formatMoney(total)} is reserved for you, but our payment provider is unavailable.\n\nPlease pay ${formatMoney(total)}${untilOf(deadline)} with the reference ${orderId}. We confirm the order when we receive the payment, and cancel it if the payment does not arrive in time.`,
};

const cancelled = ({ orderId, total, reason }: OrderFacts): string =>
  `Your order ${orderId} for ${formatMoney(total)} is cancelled: ${reasonOf(reason)}.\n\nYou owe nothing. If you have already paid, you will get your money back the way you paid.`;

const gaveWay = ({ orderId, total }: OrderFacts): string =>
  `Your order ${orderId} for ${formatMoney(total)} is cancelled: we had not received your payment, and another customer needed the last of its products.\n\nPlease do not pay it any more. If you have already paid, you will get your money back the way you paid. You can order again as soon as the products are available.`;

const untilOf = (deadline: Instant | undefined): string =>
  deadline === undefined ? '' : ` by ${formatDateTime(deadline)}`;

const reasons: Readonly<Record<string, string>> = {
  cancelled_by_customer: 'as you asked',
  out_of_stock: 'some of its products are out of stock',
  payment_declined: 'the payment was declined',
  payment_expired: 'we did not receive the payment in time',
};

const reasonOf = (reason = ''): string => reasons[reason] ?? 'we could not complete it';

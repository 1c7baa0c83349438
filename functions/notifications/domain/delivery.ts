import { addMs, err, type Instant, type OrderId, ok, type Result, type TenantId } from '#platform/kernel';

/** What a customer is notified of, each once per order. */
export type NoticeKind = 'confirmed' | 'cancelled' | 'awaiting_payment';
export type Notice = { readonly tenantId: TenantId; readonly orderId: OrderId; readonly kind: NoticeKind };

/**
 * One mail to one customer. While it is `sending`, its sender has the lease until `leasedUntil`. A mail that is never sent is `withheld`
 * (ADR 73, ADR 74, ADR 103). One that was sent may come back, or its customer may report it as spam.
 */
export type Delivery = Notice & { readonly version: number } & (
    | { readonly status: 'sending'; readonly leasedUntil: Instant }
    | (Sent & { readonly status: 'sent' })
    | (Sent & { readonly status: 'bounced'; readonly bouncedAt: Instant; readonly bounce: Bounce })
    | (Sent & { readonly status: 'complained'; readonly complainedAt: Instant })
    | { readonly status: 'withheld'; readonly withheldAt: Instant; readonly because: WithheldBecause }
  );

type Sent = { readonly sentAt: Instant; readonly receipt: Receipt };

/** `transient`: the address may work, as far as the mail service knows. An automatic reply counts as one, too. */
export type Bounce = 'permanent' | 'transient';

/** Why a tenant's mails to an address are not sent: an earlier one bounced for good, or who got it reported it as spam. */
export type BlockedBecause = 'bounced' | 'complained';

/**
 * Why a mail is never sent. `unmailable`: no mail service that we use can send to the address. `over_allowance`: the tenant has used
 * up what it may send to this mailbox on this day. The others: the address is blocked.
 */
export type WithheldBecause = 'unmailable' | 'over_allowance' | BlockedBecause;

/** What the mail service reports about a mail that it had accepted. The order of reports is arbitrary, and each may repeat. */
export type Feedback = { readonly messageId: string; readonly sentAt: Instant; readonly at: Instant } & (
  | { readonly outcome: 'bounced'; readonly bounce: Bounce }
  | { readonly outcome: 'complained' }
);

/**
 * Why a mail service takes a mail only later: it takes no more in this second, or none on this day. The mail was certainly not sent, and
 * nothing is wrong with it (ADR 97).
 */
export type PostponedBecause = (typeof POSTPONED_BECAUSE)[number];
const POSTPONED_BECAUSE = ['rate_exceeded', 'quota_spent'] as const;

export const isPostponed = (outcome: unknown): outcome is PostponedBecause =>
  POSTPONED_BECAUSE.some((because) => because === outcome);

/** The mailer's receipt of a mail that it accepted. */
export type Receipt = Readonly<Record<string, string>>;

/**
 * Takes the lease of a delivery. A mail that is sent or withheld is final. One whose lease has run out may be sent again, because it is
 * unknown how far its sender got.
 */
export function startDelivery(
  { tenantId, orderId, kind }: Notice,
  existing: Delivery | undefined,
  { at, leaseMs }: { readonly at: Instant; readonly leaseMs: number },
): Result<Delivery, 'already_sent' | 'already_withheld' | 'being_sent'> {
  if (existing?.status === 'withheld') return err('already_withheld');
  if (existing && existing.status !== 'sending') return err('already_sent');
  if (existing && existing.leasedUntil > at) return err('being_sent');
  const version = (existing?.version ?? 0) + 1;
  return ok({ tenantId, orderId, kind, version, status: 'sending', leasedUntil: addMs(at, leaseMs) });
}

/** Ends the lease of a delivery whose mail was certainly not sent, so that the next try need not wait for it. */
export const endLease = ({ tenantId, orderId, kind, version }: Delivery, at: Instant): Delivery => ({
  ...{ tenantId, orderId, kind },
  ...{ version: version + 1, status: 'sending', leasedUntil: at },
});

export const markSent = ({ tenantId, orderId, kind, version }: Delivery, at: Instant, receipt: Receipt): Delivery => ({
  tenantId,
  orderId,
  kind,
  version: version + 1,
  status: 'sent',
  sentAt: at,
  receipt,
});

export const markWithheld = (
  { tenantId, orderId, kind, version }: Delivery,
  at: Instant,
  because: WithheldBecause,
): Delivery => ({ tenantId, orderId, kind, version: version + 1, status: 'withheld', withheldAt: at, because });

/** Whether the tenant's further mails to the address are withheld: a bounce that may pass blocks nobody. */
export const blockedBecause = (feedback: Feedback): BlockedBecause | undefined =>
  feedback.outcome === 'bounced' && feedback.bounce === 'transient' ? undefined : feedback.outcome;

/** What a delivery says outweighs what it said before: a complaint a bounce, and a bounce for good one that may pass. */
const weightOf = (outcome: { readonly outcome: string; readonly bounce?: Bounce }): number => {
  if (outcome.outcome === 'complained') return 3;
  if (outcome.outcome !== 'bounced') return 0;
  return outcome.bounce === 'permanent' ? 2 : 1;
};

/** Whether the delivery says so already, or says more than that. */
export const hasFeedback = (delivery: Delivery, feedback: Feedback): boolean =>
  weightOf(feedback) <= weightOf({ ...delivery, outcome: delivery.status });

/**
 * The delivery with what the mail service reports. The report proves that the mail was sent, also where its sender has not recorded that
 * yet, or has ended before it did.
 */
export const markFeedback = (delivery: Delivery, { messageId, sentAt, at, ...feedback }: Feedback): Delivery => {
  const { tenantId, orderId, kind, version } = delivery;
  const mail =
    'receipt' in delivery ? { sentAt: delivery.sentAt, receipt: delivery.receipt } : { sentAt, receipt: { messageId } };
  const next = { tenantId, orderId, kind, version: version + 1, ...mail };
  return feedback.outcome === 'complained'
    ? { ...next, status: 'complained', complainedAt: at }
    : { ...next, status: 'bounced', bouncedAt: at, bounce: feedback.bounce };
};

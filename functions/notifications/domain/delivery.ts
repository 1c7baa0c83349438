import { addMs, err, type Instant, type OrderId, ok, type Result, type TenantId } from '#platform/kernel';

/** What a customer is notified of, each once per order. */
export type NoticeKind = 'confirmed' | 'cancelled' | 'awaiting_payment';
export type Notice = { readonly tenantId: TenantId; readonly orderId: OrderId; readonly kind: NoticeKind };

/**
 * One mail to one customer. While it is `sending`, its sender has the lease until `leasedUntil`. A mail that is never sent is `withheld`
 * (ADR 73, ADR 74).
 */
export type Delivery = Notice & { readonly version: number } & (
    | { readonly status: 'sending'; readonly leasedUntil: Instant }
    | { readonly status: 'sent'; readonly sentAt: Instant; readonly receipt: Receipt }
    | { readonly status: 'withheld'; readonly withheldAt: Instant; readonly because: WithheldBecause }
  );

/**
 * Why a mail is never sent. `unmailable`: no mail service that we use can send to the address. `over_allowance`: the tenant has used
 * up what it may send to this mailbox on this day.
 */
export type WithheldBecause = 'unmailable' | 'over_allowance';

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
  if (existing?.status === 'sent') return err('already_sent');
  if (existing?.status === 'withheld') return err('already_withheld');
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

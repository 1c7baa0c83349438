import { err, type Instant, later, type OrderId, ok, type Result, type TenantId } from '#shared/kernel';

/** What a customer is told of an order, each once. */
export type Kind = 'confirmed' | 'cancelled' | 'awaiting_payment';
export type Notice = { readonly tenantId: TenantId; readonly orderId: OrderId; readonly kind: Kind };

/** One mail to one customer. While it is `sending`, whoever sends it has it to itself until `leasedUntil`. */
export type Delivery = Notice & { readonly version: number } & (
    | { readonly status: 'sending'; readonly leasedUntil: Instant }
    | { readonly status: 'sent'; readonly sentAt: Instant; readonly receipt: Receipt }
  );

/** What the mailer says of a mail that it took. */
export type Receipt = Readonly<Record<string, string>>;

/**
 * Takes the delivery for `leaseMs`. One that was sent is never sent again; one whose lease has run out may be, for nobody knows how
 * far its sender came.
 */
export function begin(
  notice: Notice,
  standing: Delivery | undefined,
  at: Instant,
  leaseMs: number,
): Result<Delivery, 'already_sent' | 'being_sent'> {
  if (standing?.status === 'sent') return err('already_sent');
  if (standing && standing.leasedUntil > at) return err('being_sent');
  const version = (standing?.version ?? 0) + 1;
  return ok({ ...notice, version, status: 'sending', leasedUntil: later(at, leaseMs) });
}

export const sent = ({ tenantId, orderId, kind, version }: Delivery, at: Instant, receipt: Receipt): Delivery => ({
  ...{ tenantId, orderId, kind, version: version + 1 },
  ...{ status: 'sent', sentAt: at, receipt },
});

import {
  endLease,
  isPostponed,
  markSent,
  markWithheld,
  type Notice,
  type PostponedBecause,
  startDelivery,
  type WithheldBecause,
} from '#notifications/domain/delivery';
import { composeMail, isOutdated } from '#notifications/domain/mail';
import { mailboxOf } from '#notifications/domain/mailbox';
import type { Allowances, BlockedAddresses, Deliveries, Mailer } from '#notifications/use-cases/ports';
import type { FindOrderForCustomer } from '#orders/contract';
import { err, type Instant, ok, type Result } from '#platform/kernel';

/** As long as the function may run: a sender that started earlier has ended. */
export const LEASE_MS = 10_000;

export type Ports = {
  readonly orders: FindOrderForCustomer;
  readonly deliveries: Deliveries;
  readonly allowances: Allowances;
  readonly blockedAddresses: Pick<BlockedAddresses, 'find'>;
  readonly mailer: Mailer;
  readonly now: () => Instant;
};
export type Refusal =
  | 'already_sent'
  | 'already_withheld'
  | 'being_sent'
  | 'outdated'
  | 'order_not_found'
  | PostponedBecause;

/**
 * Mails a customer at least once, and exactly once unless the sender ends between sending and recording it: then the lease runs out
 * and the next delivery sends again. No mailer can close that gap (ADR 30). A mail over the allowance of its mailbox, or to a
 * blocked address, is recorded as withheld instead (ADR 74, ADR 103), and one that the mail service takes only later stays in the allowance of its day. Until one of the two is recorded, the event is delivered again.
 */
export const notifyCustomer =
  ({ orders, deliveries, allowances, blockedAddresses, mailer, now }: Ports) =>
  async (notice: Notice): Promise<Result<'sent' | 'withheld', Refusal>> => {
    const at = now();
    const existing = await deliveries.find(notice);
    const delivery = startDelivery(notice, existing, { at, leaseMs: LEASE_MS });
    if (!delivery.ok) return delivery;
    const order = await orders(notice.tenantId, notice.orderId);
    if (!order) return err('order_not_found');
    const facts = { ...order, orderId: notice.orderId };
    if (isOutdated(notice.kind, facts)) return err('outdated');
    if (!(await deliveries.update(existing, delivery.value))) return err('being_sent');
    const withhold = async (because: WithheldBecause) => {
      await deliveries.update(delivery.value, markWithheld(delivery.value, now(), because));
      return ok('withheld' as const);
    };
    const blocked = await blockedAddresses.find({ tenantId: notice.tenantId, email: order.email });
    if (blocked) return withhold(blocked);
    if (!(await allowances.take({ notice, mailbox: mailboxOf(order.email), at }))) return withhold('over_allowance');
    const receipt = await mailer(composeMail(notice.kind, facts), notice);
    if (receipt === 'unmailable') return withhold(receipt);
    if (isPostponed(receipt)) {
      await deliveries.update(delivery.value, endLease(delivery.value, now()));
      return err(receipt);
    }
    // this fails where the lease has run out and another sender has the delivery, which records its own mail, or where the mail has bounced
    await deliveries.update(delivery.value, markSent(delivery.value, now(), receipt));
    return ok('sent');
  };

import type { Deliveries, Mailer } from '#notifications/app/ports';
import { begin, type Notice, sent } from '#notifications/domain/delivery';
import { mailOf, overtaken } from '#notifications/domain/mail';
import type { OrderForCustomer } from '#orders/contract';
import { err, type Instant, ok, type Result } from '#shared/kernel';

/** As long as the function may run: who began later than that ago is gone. */
export const LEASE_MS = 10_000;

export type Ports = {
  readonly orders: OrderForCustomer;
  readonly deliveries: Deliveries;
  readonly mailer: Mailer;
  readonly now: () => Instant;
};
export type Refusal = 'already_sent' | 'being_sent' | 'overtaken' | 'order_not_found';

/**
 * Mails a customer at least once, and once unless its sender ends between sending and marking: then the lease runs out, and the next
 * sends again. No mailer can close that gap.
 */
export const notifyCustomer =
  ({ orders, deliveries, mailer, now }: Ports) =>
  async (notice: Notice): Promise<Result<'sent', Refusal>> => {
    const standing = await deliveries.find(notice);
    const begun = begin(notice, standing, now(), LEASE_MS);
    if (!begun.ok) return begun;
    const order = await orders(notice.tenantId, notice.orderId);
    if (!order) return err('order_not_found');
    const facts = { ...order, orderId: notice.orderId };
    if (overtaken(notice.kind, facts)) return err('overtaken');
    if (!(await deliveries.save(standing, begun.value))) return err('being_sent');
    const receipt = await mailer(mailOf(notice.kind, facts));
    // where this fails, the lease ran out and another has the delivery: it marks its own
    await deliveries.save(begun.value, sent(begun.value, now(), receipt));
    return ok('sent');
  };

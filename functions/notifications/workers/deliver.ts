import { mailer } from '#notifications/adapters/mailer';
import { isPostponed, type NoticeKind } from '#notifications/domain/delivery';
import type { metrics } from '#notifications/errors';
import { allowanceTable } from '#notifications/table/allowance-table';
import { blockedAddressTable } from '#notifications/table/blocked-address-table';
import { deliveryTable } from '#notifications/table/delivery-table';
import { digestKeyReader } from '#notifications/table/digest';
import { notifyCustomer, type Refusal } from '#notifications/use-cases/notify-customer';
import { feedbackConsumers } from '#notifications/workers/feedback';
import { OrderAwaitingPayment, OrderCancelled, OrderConfirmed } from '#orders/contract';
import { findOrderForCustomer } from '#orders/public';
import type { OrderId } from '#platform/kernel';
import type { EventType } from '#platform/manifest';
import type { Event } from '#platform/messaging/events';
import { PostponedError } from '#platform/messaging/postponed-error';
import { consumer, workerFunction } from '#platform/messaging/worker';
import type { Runtime } from '#platform/runtime/runtime';

/** Why nothing remains to be done for an event. Any other refusal has its message delivered again. */
const DONE: readonly Refusal[] = ['already_sent', 'already_withheld', 'outdated'];

/** A mail that waits for the rate alone and is as late as this needs somebody to look at the rate. */
const LATE_MS = 60 * 60_000;

/** Mails customers when their order is confirmed, cancelled or awaits an offline payment, and records what comes back. */
export const deliverWorker = (rt: Runtime<'db' | 'mail' | 'queues' | 'secrets'>) => {
  const readKey = digestKeyReader(rt);
  const ports = {
    orders: findOrderForCustomer(rt),
    deliveries: deliveryTable(rt),
    blockedAddresses: blockedAddressTable(rt, readKey),
  };
  const notify = notifyCustomer({
    ...ports,
    allowances: allowanceTable(rt, readKey),
    mailer: mailer(rt),
    now: () => rt.now().toISOString(),
  });
  const notifyOf =
    (kind: NoticeKind) =>
    async ({ tenantId, aggregateId, at }: Event<EventType, unknown, OrderId>) => {
      const notified = await notify({ tenantId, orderId: aggregateId, kind });
      if (notified.ok || DONE.includes(notified.error)) return;
      if (isPostponed(notified.error)) {
        const isLate = rt.now().getTime() - Date.parse(at) >= LATE_MS;
        if (notified.error === 'quota_spent' || isLate)
          rt.metric('MailsDelayed' satisfies keyof typeof metrics, 1, { because: notified.error });
        throw new PostponedError(`the mail service takes no more mail for now: ${notified.error}`);
      }
      throw new Error(`the customer could not be notified: ${notified.error}`);
    };
  return workerFunction(rt, [
    consumer(OrderConfirmed, notifyOf('confirmed')),
    consumer(OrderCancelled, notifyOf('cancelled')),
    consumer(OrderAwaitingPayment, notifyOf('awaiting_payment')),
    ...feedbackConsumers(rt, ports),
  ]);
};

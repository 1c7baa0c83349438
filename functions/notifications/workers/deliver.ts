import { mailer } from '#notifications/adapters/mailer';
import type { NoticeKind } from '#notifications/domain/delivery';
import { allowanceTable } from '#notifications/table/allowance-table';
import { deliveryTable } from '#notifications/table/delivery-table';
import { notifyCustomer, type Refusal } from '#notifications/use-cases/notify-customer';
import { OrderAwaitingPayment, OrderCancelled, OrderConfirmed } from '#orders/contract';
import { findOrderForCustomer } from '#orders/public';
import type { OrderId } from '#platform/kernel';
import type { EventType } from '#platform/manifest';
import type { Event } from '#platform/messaging/events';
import { consumer, workerFunction } from '#platform/messaging/worker';
import type { Runtime } from '#platform/runtime/runtime';

/** Why nothing remains to be done for an event. Any other refusal has its message delivered again. */
const DONE: readonly Refusal[] = ['already_sent', 'already_withheld', 'outdated'];

/** Mails customers when their order is confirmed, cancelled or awaits an offline payment. */
export const deliverWorker = (rt: Runtime<'db' | 'mail' | 'queues' | 'secrets'>) => {
  const notify = notifyCustomer({
    orders: findOrderForCustomer(rt),
    deliveries: deliveryTable(rt),
    allowances: allowanceTable(rt),
    mailer: mailer(rt),
    now: () => rt.now().toISOString(),
  });
  const notifyOf =
    (kind: NoticeKind) =>
    async ({ tenantId, aggregateId }: Event<EventType, unknown, OrderId>) => {
      const notified = await notify({ tenantId, orderId: aggregateId, kind });
      if (notified.ok || DONE.includes(notified.error)) return;
      throw new Error(`the customer could not be notified: ${notified.error}`);
    };
  return workerFunction(rt, [
    consumer(OrderConfirmed, notifyOf('confirmed')),
    consumer(OrderCancelled, notifyOf('cancelled')),
    consumer(OrderAwaitingPayment, notifyOf('awaiting_payment')),
  ]);
};

import { mailer } from '#notifications/adapters/mailer';
import type { NoticeKind } from '#notifications/domain/delivery';
import { deliveryTable } from '#notifications/table/delivery-table';
import { notifyCustomer, type Refusal } from '#notifications/use-cases/notify-customer';
import { OrderAwaitingPayment, OrderCancelled, OrderConfirmed } from '#orders/contract';
import { findOrderForCustomer } from '#orders/public';
import type { OrderId } from '#platform/kernel';
import type { EventType } from '#platform/manifest';
import type { Event } from '#platform/messaging/events';
import { consumer, workerFunction } from '#platform/messaging/worker';
import type { Runtime } from '#platform/runtime/runtime';

/** The refusals after which nothing is left to do. */
const DONE: ReadonlySet<Refusal> = new Set(['already_sent', 'withheld', 'outdated']);

/** Mails customers when their order is confirmed, cancelled or awaits an offline payment. */
export const deliverWorker = (rt: Runtime<'db' | 'mail'>) => {
  const notify = notifyCustomer({
    orders: findOrderForCustomer(rt),
    deliveries: deliveryTable(rt),
    mailer: mailer(rt),
    now: () => rt.now().toISOString(),
  });
  const notifyOf =
    (kind: NoticeKind) =>
    async ({ tenantId, aggregateId }: Event<EventType, unknown, OrderId>) => {
      const notified = await notify({ tenantId, orderId: aggregateId, kind });
      if (notified.ok || DONE.has(notified.error)) return;
      throw new Error(`the customer could not be notified: ${notified.error}`);
    };
  return workerFunction(rt, [
    consumer(OrderConfirmed, notifyOf('confirmed')),
    consumer(OrderCancelled, notifyOf('cancelled')),
    consumer(OrderAwaitingPayment, notifyOf('awaiting_payment')),
  ]);
};

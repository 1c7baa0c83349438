import { notifyCustomer } from '#notifications/app/notify-customer';
import { deliveryTable } from '#notifications/data/delivery-table';
import { mailer } from '#notifications/data/mailer';
import type { Kind } from '#notifications/domain/delivery';
import { OrderAwaitingPayment, OrderCancelled, OrderConfirmed } from '#orders/contract';
import { orderForCustomer } from '#orders/published';
import type { Event } from '#shared/events';
import type { OrderId } from '#shared/kernel';
import type { Runtime } from '#shared/runtime';
import { consumer, workerFunction } from '#shared/worker';

export const deliverWorker = (rt: Runtime<'db' | 'mail'>) => {
  const notify = notifyCustomer({
    orders: orderForCustomer(rt),
    deliveries: deliveryTable(rt),
    mailer: mailer(rt),
    now: () => rt.now().toISOString(),
  });
  const tell =
    (kind: Kind) =>
    async ({ tenantId, aggregateId }: Event) => {
      const told = await notify({ tenantId, orderId: aggregateId as OrderId, kind });
      if (told.ok || told.error === 'already_sent' || told.error === 'overtaken') return;
      throw new Error(`the customer could not be told: ${told.error}`);
    };
  return workerFunction(rt, [
    consumer(OrderConfirmed, tell('confirmed')),
    consumer(OrderCancelled, tell('cancelled')),
    consumer(OrderAwaitingPayment, tell('awaiting_payment')),
  ]);
};

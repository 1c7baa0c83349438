import type { SagaInput } from '#orders/contract';
import { cancelByCustomer, type OfflinePaymentRequest, recordOfflinePayment } from '#orders/domain/customer';
import type { Order, Reason } from '#orders/domain/order';
import {
  cancelAfterRefusal,
  markAwaitingPayment,
  markCancelled,
  markConfirmed,
  markNeedsAttention,
} from '#orders/domain/saga-step';
import { resumeUnwinding } from '#orders/domain/sweep';
import type { OrderClock, Orders } from '#orders/use-cases/ports';
import { err, type OrderId, ok, type Replayable, type Result, type TenantId } from '#platform/kernel';

/** An order changes at most a few times in its life, so losing this many races is a fault. */
const MAX_TRIES = 5;

/**
 * Decides on the current order and stores the result on condition that the order is unchanged. After a lost race it decides again. A
 * decision that changes nothing writes nothing.
 */
export const updateOrder =
  (orders: Orders) =>
  async <E>(
    tenantId: TenantId,
    id: OrderId,
    decide: (order: Order) => Result<Order, E>,
  ): Promise<Result<Order, E | 'order_not_found'>> => {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const order = await orders.find(tenantId, id);
      if (!order) return err('order_not_found');
      const decision = decide(order);
      if (!decision.ok || decision.value === order || (await orders.update(order, decision.value))) return decision;
    }
    throw new Error(`order ${id} changed ${MAX_TRIES} times during one update`);
  };

type PaymentRefusal = 'order_not_found' | 'key_reused' | 'not_awaiting_payment' | 'wrong_amount';

/** What customers and operators do to an order. */
export const orderActions = (orders: Orders, now: OrderClock) => {
  const update = updateOrder(orders);
  return {
    /** The transition to `cancelling` is all it does: its event starts the saga that unwinds the order. */
    cancel: (tenantId: TenantId, id: OrderId) => update(tenantId, id, (order) => cancelByCustomer(order, now())),
    /** One conditional write confirms the order and keeps the sweeper from expiring it: only one of the two happens. */
    recordPayment: async (
      tenantId: TenantId,
      id: OrderId,
      payment: OfflinePaymentRequest,
    ): Promise<Result<Replayable<Order>, PaymentRefusal>> => {
      let replayed = false;
      const updated = await update(tenantId, id, (order) => {
        const recorded = recordOfflinePayment(order, payment, now());
        replayed = recorded.ok && recorded.value === order;
        return recorded;
      });
      return updated.ok ? ok({ value: updated.value, replayed }) : updated;
    },
    resume: (tenantId: TenantId, id: OrderId) => update(tenantId, id, (order) => resumeUnwinding(order, now())),
  };
};

/** What the steps of the sagas do to their order. */
export const sagaStepActions = (orders: Orders, now: OrderClock) => {
  const update = updateOrder(orders);
  return {
    confirm: ({ tenantId, orderId, run }: SagaInput) =>
      update(tenantId, orderId, (order) => markConfirmed(order, run, now())),
    awaitPayment: ({ tenantId, orderId, run }: SagaInput) =>
      update(tenantId, orderId, (order) => markAwaitingPayment(order, run, now())),
    cancelAfterRefusal: ({ tenantId, orderId, run }: SagaInput, reason: Reason) =>
      update(tenantId, orderId, (order) => cancelAfterRefusal(order, { run, reason }, now())),
    close: ({ tenantId, orderId, run }: SagaInput) =>
      update(tenantId, orderId, (order) => markCancelled(order, run, now())),
    park: ({ tenantId, orderId, run }: SagaInput, cause: string) =>
      update(tenantId, orderId, (order) => markNeedsAttention(order, { run, cause }, now())),
  };
};

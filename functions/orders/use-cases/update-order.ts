import type { SagaInput } from '#orders/contract';
import { resumeParked } from '#orders/domain/attention';
import { cancelByCustomer, type OfflinePaymentRequest, recordOfflinePayment } from '#orders/domain/customer';
import type { Order, Reason } from '#orders/domain/order';
import type { Pause } from '#orders/domain/pause';
import { isPastNominalDeadline } from '#orders/domain/payment-time';
import type { Policy } from '#orders/domain/policy';
import {
  cancelAfterRefusal,
  markAwaitingPayment,
  markCancelled,
  markConfirmed,
  markNeedsAttention,
} from '#orders/domain/saga-step';
import type { FindPauses, OrderClock, Orders } from '#orders/use-cases/ports';
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

type PaymentRefusal =
  | 'order_not_found'
  | 'key_reused'
  | 'not_awaiting_payment'
  | 'waiting_for_provider'
  | 'wrong_amount';

/** What customers and operators do to an order. */
export const orderActions = (orders: Orders, now: OrderClock) => {
  const update = updateOrder(orders);
  return {
    /** The transition to `cancelling` is all it does: its event starts the saga that unwinds the order. */
    cancel: (tenantId: TenantId, id: OrderId) => update(tenantId, id, (order) => cancelByCustomer(order, now())),
    resume: (tenantId: TenantId, id: OrderId) => update(tenantId, id, (order) => resumeParked(order, now())),
  };
};

/**
 * Records an offline payment. One conditional write confirms the order and keeps the sweeper from expiring it: only one of the two
 * happens. The pauses are read only where nothing but a pause can make the payment arrive in time.
 */
export const recordPayment =
  (orders: Orders, findPauses: FindPauses, now: OrderClock) =>
  async (
    tenantId: TenantId,
    id: OrderId,
    payment: OfflinePaymentRequest,
  ): Promise<Result<Replayable<Order>, PaymentRefusal>> => {
    let replayed = false;
    let isLate = false;
    const record = (pauses: readonly Pause[]) =>
      updateOrder(orders)(tenantId, id, (order) => {
        const moment = now();
        isLate = isPastNominalDeadline(order, moment.at);
        const recorded = recordOfflinePayment(order, payment, { ...moment, pauses });
        replayed = recorded.ok && recorded.value === order;
        return recorded;
      });
    const inTime = await record([]);
    const updated = isLate && !inTime.ok ? await record(await findPauses()) : inTime;
    return updated.ok ? ok({ value: updated.value, replayed }) : updated;
  };

/** What the steps of the sagas do to their order. */
export const sagaStepActions = (orders: Orders, now: OrderClock) => {
  const update = updateOrder(orders);
  return {
    confirm: ({ tenantId, orderId, run }: SagaInput) =>
      update(tenantId, orderId, (order) => markConfirmed(order, run, now())),
    awaitPayment: ({ tenantId, orderId, run }: SagaInput, policy: Policy) =>
      update(tenantId, orderId, (order) => markAwaitingPayment(order, { run, policy }, now())),
    cancelAfterRefusal: ({ tenantId, orderId, run }: SagaInput, reason: Reason) =>
      update(tenantId, orderId, (order) => cancelAfterRefusal(order, { run, reason }, now())),
    close: ({ tenantId, orderId, run }: SagaInput) =>
      update(tenantId, orderId, (order) => markCancelled(order, run, now())),
    park: ({ tenantId, orderId, run }: SagaInput, cause: string) =>
      update(tenantId, orderId, (order) => markNeedsAttention(order, { run, cause }, now())),
  };
};

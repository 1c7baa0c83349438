import * as z from 'zod/mini';
import { orderClock } from '#orders/adapters/order-clock';
import { SagaInput } from '#orders/contract';
import type { Order } from '#orders/domain/order';
import { type metrics, sagaErrors } from '#orders/errors';
import { orderTable } from '#orders/table/order-table';
import { sagaStepActions } from '#orders/use-cases/update-order';
import type { Result } from '#platform/kernel';
import type { Runtime } from '#platform/runtime/runtime';
import { SagaError } from '#platform/saga/saga-error';
import { taskFunction } from '#platform/saga/task';

/** The saga ends without another write where its order has moved on. A missing order is a fault. */
const requireSuccess = (result: Result<Order, 'superseded' | 'order_not_found'>): void => {
  if (result.ok) return;
  if (result.error === 'superseded') throw new SagaError(sagaErrors.Superseded);
  throw new Error('the order of this saga does not exist');
};

/** A task that only moves its order to another status. */
const orderStep = (rt: Runtime<'db'>, name: 'confirm' | 'awaitPayment' | 'close') => {
  const run = sagaStepActions(orderTable(rt), orderClock(rt))[name];
  return taskFunction(rt, SagaInput, async (step) => requireSuccess(await run(step)));
};

export const confirmStep = (rt: Runtime<'db'>) => orderStep(rt, 'confirm');
export const awaitPaymentStep = (rt: Runtime<'db'>) => orderStep(rt, 'awaitPayment');
export const closeStep = (rt: Runtime<'db'>) => orderStep(rt, 'close');

/** The refusals of other tasks that cancel an order, and the reason that the order then shows. */
const reasonOf = { StockUnavailable: 'out_of_stock', PaymentDeclined: 'payment_declined' } as const;
const RefusedStep = z.extend(SagaInput, { error: z.enum(['StockUnavailable', 'PaymentDeclined']) });

export const refuseStep = (rt: Runtime<'db'>) => {
  const { cancelAfterRefusal } = sagaStepActions(orderTable(rt), orderClock(rt));
  return taskFunction(rt, RefusedStep, async ({ error, ...step }) =>
    requireSuccess(await cancelAfterRefusal(step, reasonOf[error])),
  );
};

/** The refusals that no retry resolves, and the cause that the order then shows to the operator. */
const causeOf = {
  PaymentUnresolved: 'the payment provider keeps a part of the payment, or contradicts itself',
  SettlementRefused: 'the payment provider refuses the refund',
  HoldCommitted: 'the stock of the order is marked as sold',
} as const;
const ParkedStep = z.extend(SagaInput, { error: z.enum(['PaymentUnresolved', 'SettlementRefused', 'HoldCommitted']) });

export const parkStep = (rt: Runtime<'db'>) => {
  const { park } = sagaStepActions(orderTable(rt), orderClock(rt));
  return taskFunction(rt, ParkedStep, async ({ error, ...step }) => {
    requireSuccess(await park(step, causeOf[error]));
    rt.metric('OrdersParked' satisfies keyof typeof metrics, 1, { ...step, error });
  });
};

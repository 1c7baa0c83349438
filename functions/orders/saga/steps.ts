import * as z from 'zod/mini';
import { openHolders, stockShortages } from '#inventory/public';
import { orderClock } from '#orders/adapters/order-clock';
import { SagaInput } from '#orders/contract';
import type { Order } from '#orders/domain/order';
import { type metrics, sagaErrors } from '#orders/errors';
import { pauseReader } from '#orders/table/deadline-pauses';
import { findManyOrders } from '#orders/table/many-orders';
import { orderTable } from '#orders/table/order-table';
import { policyTable } from '#orders/table/policy-table';
import { letOthersGiveWay } from '#orders/use-cases/give-way';
import { sagaStepActions } from '#orders/use-cases/update-order';
import type { Result } from '#platform/kernel';
import type { Runtime } from '#platform/runtime/runtime';
import { SagaError } from '#platform/saga/saga-error';
import { taskFunction } from '#platform/saga/task';
import { StringSchema } from '#platform/schemas';

/** The saga ends without another write where its order has moved on. A missing order is a fault. */
const requireSuccess = (result: Result<Order, 'superseded' | 'order_not_found'>): void => {
  if (result.ok) return;
  if (result.error === 'superseded') throw new SagaError(sagaErrors.Superseded);
  throw new Error('the order of this saga does not exist');
};

const actionsOf = (rt: Runtime<'db'>) => sagaStepActions(orderTable(rt), orderClock(rt));

/** A task that only moves its order to another status. */
const orderStep = (rt: Runtime<'db'>, name: 'confirm' | 'close') => {
  const run = actionsOf(rt)[name];
  return taskFunction(rt, SagaInput, async (step) => requireSuccess(await run(step)));
};

export const confirmStep = (rt: Runtime<'db'>) => orderStep(rt, 'confirm');
export const closeStep = (rt: Runtime<'db'>) => orderStep(rt, 'close');

/** The tenant's policy decides whether the order waits for the provider or is paid offline. */
export const awaitPaymentStep = (rt: Runtime<'db'>) => {
  const { awaitPayment } = actionsOf(rt);
  const policies = policyTable(rt);
  return taskFunction(rt, SagaInput, async (step) =>
    requireSuccess(await awaitPayment(step, await policies.find(step.tenantId))),
  );
};

/** The refusals of other tasks that cancel an order, and the reason that the order then shows. */
const reasonOf = { StockUnavailable: 'out_of_stock', PaymentDeclined: 'payment_declined' } as const;
const RefusedStep = z.extend(SagaInput, { error: z.enum(['StockUnavailable', 'PaymentDeclined']) });

/** Cancels the order. If it is out of stock, unpaid orders may give way first, as its tenant's policy says. */
export const refuseStep = (rt: Runtime<'db'>) => {
  const { cancelAfterRefusal } = actionsOf(rt);
  const giveWay = letOthersGiveWay({
    orders: orderTable(rt),
    findMany: findManyOrders(rt),
    findPauses: pauseReader(rt),
    policies: policyTable(rt),
    stock: { shortages: stockShortages(rt), holders: openHolders(rt) },
    now: orderClock(rt),
  });
  return taskFunction(rt, RefusedStep, async ({ error, ...step }) => {
    const gaveWay = error === 'StockUnavailable' ? await giveWay(step) : 'refuse';
    if (gaveWay === 'trying_again') return;
    if (gaveWay === 'refuse') return requireSuccess(await cancelAfterRefusal(step, reasonOf[error]));
    if (gaveWay.count > 0) rt.metric('OrdersGaveWay' satisfies keyof typeof metrics, gaveWay.count, { ...step });
    throw new SagaError(sagaErrors.UnitsReturning);
  });
};

/** The refusals that no retry resolves, and the cause that the order then shows to the operator. */
const causeOf = {
  PaymentUnresolved: 'the payment provider keeps a part of the payment, or contradicts itself',
  SettlementRefused: 'the payment provider refuses the refund',
  HoldCommitted: 'the stock of the order is marked as sold',
} as const;
const ParkedStep = z.extend(SagaInput, {
  error: z.enum(['SettlementRefused', 'HoldCommitted', 'PaymentUnresolved', 'Unprocessable']),
  cause: z.optional(StringSchema),
});

export const parkStep = (rt: Runtime<'db'>) => {
  const { park } = actionsOf(rt);
  return taskFunction(rt, ParkedStep, async ({ error, cause, ...step }) => {
    const shownCause = error === 'Unprocessable' ? unprocessableCause(cause) : causeOf[error];
    requireSuccess(await park(step, shownCause));
    rt.metric('OrdersParked' satisfies keyof typeof metrics, 1, { ...step, error, because: shownCause });
  });
};

/** What Lambda says of a failed function, of which only the message is of use. */
const FunctionFailure = z.object({ errorMessage: StringSchema });

const unprocessableCause = (cause = ''): string => {
  const failure = FunctionFailure.safeParse(parseJson(cause));
  return `an error that no retry resolves: ${failure.success ? failure.data.errorMessage : 'the log of its task names it'}`;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

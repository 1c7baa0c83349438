import * as z from 'zod/mini';
import { refuseOrder } from '#orders/app/refuse-order';
import { SagaStep } from '#orders/contract';
import { orderTable } from '#orders/data/order-table';
import { when } from '#orders/data/when';
import { moved } from '#orders/saga/moved';
import type { Runtime } from '#shared/runtime';
import { taskFunction } from '#shared/task';

/** The errors by which other tasks refuse, and what an order says of them. */
const reasons = { StockUnavailable: 'out_of_stock', PaymentDeclined: 'payment_declined' } as const;

const Refusal = z.extend(SagaStep, { error: z.enum(['StockUnavailable', 'PaymentDeclined']) });

export const refuseTask = (rt: Runtime<'db'>) => {
  const refuse = refuseOrder(orderTable(rt), when(rt));
  return taskFunction(rt, Refusal, async ({ error, ...step }) => moved(await refuse(step, reasons[error])));
};

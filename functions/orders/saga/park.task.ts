import * as z from 'zod/mini';
import { parkOrder } from '#orders/app/park-order';
import { SagaStep } from '#orders/contract';
import { orderTable } from '#orders/data/order-table';
import { when } from '#orders/data/when';
import { moved } from '#orders/saga/moved';
import type { Runtime } from '#shared/runtime';
import { taskFunction } from '#shared/task';

/** The errors that no retry mends, and what an order says of them to whoever must. */
const causes = {
  SettlementRefused: 'the payment provider refuses to give the money back',
  HoldCommitted: 'the stock of the order is marked as sold',
} as const;

const Refusal = z.extend(SagaStep, { error: z.enum(['SettlementRefused', 'HoldCommitted']) });

export const parkTask = (rt: Runtime<'db'>) => {
  const park = parkOrder(orderTable(rt), when(rt));
  return taskFunction(rt, Refusal, async ({ error, ...step }) => {
    moved(await park(step, causes[error]));
    rt.metric('OrdersParked', 1, { ...step, error });
  });
};

import { SagaStep } from '#orders/contract';
import { orderInCharge } from '#orders/published';
import { settleOrder } from '#payments/app/settle-order';
import { attemptTable } from '#payments/data/attempt-table';
import { sandboxProvider } from '#payments/data/sandbox-provider';
import { SagaRefusal } from '#shared/errors';
import type { Runtime } from '#shared/runtime';
import { taskFunction } from '#shared/task';

export const settleTask = (rt: Runtime<'db' | 'secrets'>) => {
  const settle = settleOrder({ orders: orderInCharge(rt), attempts: attemptTable(rt), provider: sandboxProvider(rt) });
  return taskFunction(rt, SagaStep, async (step) => {
    const settled = await settle(step);
    if (settled.ok) return;
    if (settled.error === 'superseded') throw new SagaRefusal('Superseded', 'the order has moved on');
    if (settled.error === 'refused') throw new SagaRefusal('SettlementRefused', 'the provider gives nothing back');
    if (settled.error === 'unknown') throw new SagaRefusal('PaymentUnknown', 'the provider may or may not have acted');
    throw new Error('the attempt changed while it was settled');
  });
};

import { SagaStep } from '#orders/contract';
import { orderInCharge } from '#orders/published';
import { chargeOrder } from '#payments/app/charge-order';
import { attemptTable } from '#payments/data/attempt-table';
import { sandboxProvider } from '#payments/data/sandbox-provider';
import { SagaRefusal } from '#shared/errors';
import type { Runtime } from '#shared/runtime';
import { taskFunction } from '#shared/task';

export const chargeTask = (rt: Runtime<'db' | 'secrets'>) => {
  const charge = chargeOrder({ orders: orderInCharge(rt), attempts: attemptTable(rt), provider: sandboxProvider(rt) });
  return taskFunction(rt, SagaStep, async (step) => {
    const charged = await charge(step);
    if (charged.ok) return;
    if (charged.error === 'declined') throw new SagaRefusal('PaymentDeclined', 'the provider declined the payment');
    if (charged.error === 'superseded') throw new SagaRefusal('Superseded', 'the order has moved on');
    throw new SagaRefusal('PaymentUnknown', 'the provider may or may not have captured');
  });
};

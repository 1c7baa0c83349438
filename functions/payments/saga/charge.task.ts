import { SagaStep } from '#orders/contract';
import { orderInCharge } from '#orders/published';
import { chargeOrder } from '#payments/app/charge-order';
import { watchProvider } from '#payments/app/watch-provider';
import { attemptTable } from '#payments/data/attempt-table';
import { breakerTable } from '#payments/data/breaker-table';
import { SANDBOX, sandboxProvider } from '#payments/data/sandbox-provider';
import { SagaRefusal } from '#shared/errors';
import type { Runtime } from '#shared/runtime';
import { taskFunction } from '#shared/task';

const refusals = {
  declined: ['PaymentDeclined', 'the provider declined the payment'],
  unavailable: ['PaymentUnavailable', 'the provider cannot be asked, and never will be for this order'],
  unknown: ['PaymentUnknown', 'the provider may or may not have captured'],
  superseded: ['Superseded', 'the order has moved on'],
} as const;

export const chargeTask = (rt: Runtime<'db' | 'secrets'>) => {
  const when = { now: () => rt.now().toISOString(), limits: rt.times.breaker };
  const charge = chargeOrder({
    orders: orderInCharge(rt),
    attempts: attemptTable(rt),
    provider: sandboxProvider(rt),
    watch: watchProvider(breakerTable(rt, SANDBOX), when),
  });
  return taskFunction(rt, SagaStep, async (step) => {
    const charged = await charge(step);
    if (charged.ok) return;
    const [name, message] = refusals[charged.error];
    throw new SagaRefusal(name, message);
  });
};

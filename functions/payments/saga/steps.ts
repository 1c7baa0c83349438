import { SagaInput } from '#orders/contract';
import { sagaErrors as orderErrors } from '#orders/errors';
import { findOrderForRun } from '#orders/public';
import { contradictionLog } from '#payments/adapters/contradiction-log';
import { SANDBOX, sandboxProvider } from '#payments/adapters/sandbox-provider';
import { sagaErrors } from '#payments/errors';
import { breakerTable } from '#payments/table/breaker-table';
import { paymentTable } from '#payments/table/payment-table';
import { chargeOrder } from '#payments/use-cases/charge-order';
import { circuitBreaker } from '#payments/use-cases/circuit-breaker';
import { settleOrder } from '#payments/use-cases/settle-order';
import type { Runtime } from '#platform/runtime/runtime';
import { SagaError } from '#platform/saga/saga-error';
import { taskFunction } from '#platform/saga/task';

const chargeErrors = {
  declined: sagaErrors.PaymentDeclined,
  unavailable: sagaErrors.PaymentUnavailable,
  unknown: sagaErrors.PaymentUnknown,
  unresolved: sagaErrors.PaymentUnresolved,
  superseded: orderErrors.Superseded,
};

export const chargeStep = (rt: Runtime<'db' | 'secrets'>) => {
  const now = () => rt.now().toISOString();
  const charge = chargeOrder({
    orders: findOrderForRun(rt),
    payments: paymentTable(rt),
    provider: sandboxProvider(rt),
    reportContradiction: contradictionLog(rt),
    breaker: circuitBreaker(breakerTable(rt, SANDBOX), { now, limits: rt.times.breaker }),
    now,
  });
  return taskFunction(rt, SagaInput, async (step) => {
    const charged = await charge(step);
    if (!charged.ok) throw new SagaError(chargeErrors[charged.error]);
  });
};

const settleErrors = {
  refused: sagaErrors.SettlementRefused,
  unknown: sagaErrors.PaymentUnknown,
  superseded: orderErrors.Superseded,
};

export const settleStep = (rt: Runtime<'db' | 'secrets'>) => {
  const settle = settleOrder({
    orders: findOrderForRun(rt),
    payments: paymentTable(rt),
    provider: sandboxProvider(rt),
    reportContradiction: contradictionLog(rt),
    now: () => rt.now().toISOString(),
  });
  return taskFunction(rt, SagaInput, async (step) => {
    const settled = await settle(step);
    if (settled.ok) return;
    if (settled.error === 'contended') throw new Error('the payment changed while it was settled');
    throw new SagaError(settleErrors[settled.error]);
  });
};

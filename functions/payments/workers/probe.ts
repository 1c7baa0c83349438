import { contradictionLog } from '#payments/adapters/contradiction-log';
import { SANDBOX, sandboxProvider } from '#payments/adapters/sandbox-provider';
import type { metrics } from '#payments/errors';
import { breakerTable } from '#payments/table/breaker-table';
import { duePayments } from '#payments/table/due-payments';
import { paymentTable } from '#payments/table/payment-table';
import { circuitBreaker, probeBreakers } from '#payments/use-cases/circuit-breaker';
import { returnAllOwed } from '#payments/use-cases/return-money';
import type { Runtime } from '#platform/runtime/runtime';
import { scheduledFunction } from '#platform/runtime/scheduled';

/** A probe and what follows take this long at most; the next run takes up what is left. */
const LAST_CALLS_MS = 20_000;

/** Every minute: probes the providers behind open breakers, and returns money that no order wants and nobody could return before. */
export const probeWorker = (rt: Runtime<'db' | 'secrets'>) => {
  const now = () => rt.now().toISOString();
  const provider = sandboxProvider(rt);
  const due = duePayments(rt);
  const breaker = circuitBreaker(breakerTable(rt, SANDBOX), { now, limits: rt.times.breaker });
  // no order has this key: that the provider says so shows that it answers
  const probe = probeBreakers(
    due,
    breaker,
    async (tenantId) => (await provider.status(`${tenantId}.probe`)) !== 'unknown',
  );
  const returnMoney = returnAllOwed({
    ...{ payments: paymentTable(rt), provider, now, due },
    reportContradiction: contradictionLog(rt),
  });
  return scheduledFunction(rt, async (deadlineMs) => {
    const hasTimeLeft = () => rt.now().getTime() < deadlineMs - LAST_CALLS_MS;
    const probes = await probe(now(), hasTimeLeft);
    if (probes.probed > 0) rt.logger.info('breakers were probed', { probes });
    const returns = await returnMoney(hasTimeLeft);
    if (returns.refused > 0) rt.metric('ReturnsRefused' satisfies keyof typeof metrics, returns.refused);
    if (returns.returned > 0) rt.logger.warn('captured money that no order wanted was returned', { returns });
  });
};

import { contradictionLog } from '#payments/adapters/contradiction-log';
import { SANDBOX, sandboxProvider } from '#payments/adapters/sandbox-provider';
import type { metrics } from '#payments/errors';
import { breakerTable } from '#payments/table/breaker-table';
import { duePayments } from '#payments/table/due-payments';
import { paymentTable } from '#payments/table/payment-table';
import { circuitBreaker, probeBreakers } from '#payments/use-cases/circuit-breaker';
import { RETURN_CALLS_MS, returnAllOwed } from '#payments/use-cases/return-all-owed';
import type { Runtime } from '#platform/runtime/runtime';
import { scheduledFunction } from '#platform/runtime/scheduled';

/** Probes start within this time, so that they leave time for the returns. */
const PROBES_MS = 15_000;
/** The calls and the writes of one return take this long at most; the next run takes up what is left. */
const LAST_RETURN_MS = RETURN_CALLS_MS + 5_000;

/**
 * Every minute: probes the providers behind open breakers, and returns money that no order wants and nobody could return before. What it
 * cannot read or write keeps it from nothing else, but then the run fails.
 */
export const probeWorker = (rt: Runtime<'db' | 'secrets'>) => {
  const now = () => rt.now().toISOString();
  const provider = sandboxProvider(rt);
  const due = duePayments(rt);
  const probe = probeBreakers({
    due,
    breaker: circuitBreaker(breakerTable(rt, SANDBOX), { now, limits: rt.times.breaker }),
    // no order has this key: that the provider says so shows that it answers
    probe: async (tenantId) => (await provider.status(`${tenantId}.probe`)) !== 'unknown',
    onFailure: (tenantId, error) =>
      rt.logger.error('a breaker could not be probed', { tenantId, error: error as Error }),
  });
  const returnMoney = returnAllOwed({
    ...{ payments: paymentTable(rt), provider, now, due },
    reportContradiction: contradictionLog(rt),
    onFailure: ({ error, ...failure }) =>
      rt.logger.error('captured money could not be returned', { ...failure, error: error as Error | undefined }),
  });
  return scheduledFunction(rt, async (deadlineMs) => {
    const startMs = rt.now().getTime();
    const probes = await probe(now(), () => rt.now().getTime() < startMs + PROBES_MS);
    if (probes.probed > 0) rt.logger.info('breakers were probed', { probes });
    const returns = await returnMoney(() => rt.now().getTime() < deadlineMs - LAST_RETURN_MS);
    if (returns.refused > 0) rt.metric('ReturnsRefused' satisfies keyof typeof metrics, returns.refused);
    if (returns.overdue > 0) rt.metric('ReturnsOverdue' satisfies keyof typeof metrics, returns.overdue);
    if (returns.returned > 0) rt.logger.warn('captured money that no order wanted was returned', { returns });
    const failed = probes.failed + returns.failed;
    if (failed > 0) throw new Error(`${failed} breakers and payments could not be read or written: the log names them`);
  });
};

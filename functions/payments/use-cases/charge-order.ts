import type { FindOrderForRun, SagaInput } from '#orders/contract';
import {
  type Attempt,
  closedAttempt,
  intendedAttempt,
  providerKey,
  reopen,
  withOutcome,
} from '#payments/domain/attempt';
import type { CircuitBreaker } from '#payments/use-cases/circuit-breaker';
import type { Attempts, Provider } from '#payments/use-cases/ports';
import { err, ok, type Result } from '#platform/kernel';

type Ports = {
  readonly orders: FindOrderForRun;
  readonly attempts: Attempts;
  readonly provider: Provider;
  readonly breaker: CircuitBreaker;
};
type ChargeResult = Result<Attempt, 'superseded' | 'declined' | 'unavailable' | 'unknown'>;

/**
 * The intent is stored before anything is sent, and an outcome counts only while nobody settles. A repeat returns what is known. While
 * the breaker blocks calls, the attempt is stored as closed first: only then is it certain that nothing was or will be sent. A
 * probe that has nothing to send records no result: its lease runs out.
 */
export const chargeOrder =
  ({ orders, attempts, provider, breaker }: Ports) =>
  async (step: SagaInput): Promise<ChargeResult> => {
    const order = await orders(step, 'placed');
    if (!order) return err('superseded');
    const permit = await breaker.allowRequest(step.tenantId);
    const request = { ...step, total: order.total };
    const stored = await attempts.putIfAbsent(permit ? intendedAttempt(request) : closedAttempt(request));
    const attempt = reopen(stored, { run: step.run, permitted: permit !== undefined });
    if (attempt !== stored && !(await attempts.update(stored, attempt))) return err('unknown');
    if (!permit || attempt.status !== 'intended') return resultOf(attempt);

    const outcome = await provider.charge(providerKey(attempt), attempt.total, order.payment.token);
    const result = await recordOutcome(attempts, attempt, outcome);
    await breaker.recordResult(step.tenantId, permit, outcome !== 'unknown');
    return result;
  };

const recordOutcome = async (
  attempts: Attempts,
  attempt: Attempt,
  outcome: Awaited<ReturnType<Provider['charge']>>,
): Promise<ChargeResult> => {
  if (outcome === 'unknown') return err('unknown');
  if (outcome === 'voided') return err('superseded');
  const updated = withOutcome(attempt, outcome);
  if (await attempts.update(attempt, updated)) return resultOf(updated);
  const current = await attempts.find(attempt.tenantId, attempt.orderId);
  return current ? resultOf(current) : err('unknown');
};

const resultOf = (attempt: Attempt): ChargeResult => {
  switch (attempt.status) {
    case 'captured':
      return ok(attempt);
    case 'declined':
      return err('declined');
    case 'closed':
      return err('unavailable');
    case 'intended':
      return err('unknown');
    default:
      return err('superseded');
  }
};

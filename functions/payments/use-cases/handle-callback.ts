import type { Callback } from '#payments/contract';
import {
  type Attempt,
  classifyCapture,
  providerKey,
  refundKey,
  withOutcome,
  withReturnedCapture,
} from '#payments/domain/attempt';
import type { Attempts, Provider } from '#payments/use-cases/ports';
import { err, type OrderId, ok, type Result, type TenantId } from '#platform/kernel';

type Ports = { readonly attempts: Attempts; readonly provider: Provider };
type Refusal = 'charge_not_found' | 'wrong_amount' | 'refund_refused' | 'unknown' | 'contended';

/** An attempt changes at most a few times in its life. */
const MAX_TRIES = 5;

/**
 * Handles a provider's callback, in any order and any number of times. An intended capture is recorded; an unwanted one is refunded.
 * The result is a refusal until that is done, so that the provider repeats the callback (ADR 21).
 */
export const handleCallback =
  ({ attempts, provider }: Ports) =>
  async (callback: Callback): Promise<Result<Attempt, Refusal>> => {
    const [tenantId, orderId] = callback.key.split('.') as [TenantId, OrderId];
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const attempt = await attempts.find(tenantId, orderId);
      if (!attempt) return err('charge_not_found');
      const next = await applyCallback(provider, attempt, callback);
      if (!next.ok || next.value === attempt || (await attempts.update(attempt, next.value))) return next;
    }
    return err('contended');
  };

/** A reported refund was requested by a settlement or by a callback, which records it. */
const applyCallback = async (
  provider: Provider,
  attempt: Attempt,
  callback: Callback,
): Promise<Result<Attempt, Refusal>> => {
  if (callback.status === 'declined')
    return ok(attempt.status === 'intended' ? withOutcome(attempt, 'declined') : attempt);
  if (callback.status === 'refunded') return ok(attempt);
  const { total } = attempt;
  if (callback.amount !== total.amount || callback.currency !== total.currency) return err('wrong_amount');

  const capture = classifyCapture(attempt);
  if (capture === 'duplicate') return ok(attempt);
  if (capture === 'settling') return err('contended');
  if (capture === 'new') return ok(withOutcome(attempt, 'captured'));
  const outcome = await provider.refund(providerKey(attempt), refundKey(attempt), total);
  if (outcome === 'unknown') return err('unknown');
  return outcome === 'refused' ? err('refund_refused') : ok(withReturnedCapture(attempt));
};

import { type BreakerLimits, isOpen, recordFailure, recordSuccess, startProbe } from '#payments/domain/breaker';
import type { Breakers } from '#payments/use-cases/ports';
import type { Instant, TenantId } from '#platform/kernel';

type BreakerClock = { readonly now: () => Instant; readonly limits: BreakerLimits };
/** Permission for one call. Without a generation its result has no effect on the breaker. */
export type Permit = { readonly generation?: number; readonly probe: boolean };

/** A report that loses this many races is not missed among the others. */
const MAX_TRIES = 5;

/** The circuit breaker for callers of the provider: request a permit, call, record the result (ADR 20). */
export const circuitBreaker = (breakers: Breakers, { now, limits }: BreakerClock) => ({
  /** Undefined while calls are blocked. A breaker that cannot be read blocks nothing. */
  async allowRequest(tenantId: TenantId): Promise<Permit | undefined> {
    const breaker = await breakers.find(tenantId);
    if (!breaker) return { probe: false };
    const at = now();
    if (isOpen(breaker, at)) return undefined;
    if (breaker.status === 'closed') return { generation: breaker.generation, probe: false };
    const next = startProbe(breaker, at, limits);
    return (await breakers.update(tenantId, breaker, next)) ? { generation: next.generation, probe: true } : undefined;
  },

  /** Only failures and probes write. */
  async recordResult(tenantId: TenantId, { generation, probe }: Permit, succeeded: boolean): Promise<void> {
    if (generation === undefined || (succeeded && !probe)) return;
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const breaker = await breakers.find(tenantId);
      if (!breaker) return;
      const next = succeeded
        ? recordSuccess(breaker, generation)
        : recordFailure(breaker, { generation, at: now() }, limits);
      if (next === breaker || (await breakers.update(tenantId, breaker, next))) return;
    }
  },
});

export type CircuitBreaker = ReturnType<typeof circuitBreaker>;

import { type BreakerLimits, isOpen, recordFailure, recordSuccess, startProbe } from '#payments/domain/breaker';
import type { Breakers, PaymentsDue } from '#payments/use-cases/ports';
import type { Instant, TenantId } from '#platform/kernel';

type BreakerClock = { readonly now: () => Instant; readonly limits: BreakerLimits };
/** Permission for one call. Without a generation its result has no effect on the breaker. */
export type Permit = { readonly generation?: number };
/** Reads something of the provider that changes nothing; whether it answered. */
export type Probe = () => Promise<boolean>;

/** A result that loses this many races is dropped: the results that won count. */
const MAX_TRIES = 5;

/** The circuit breaker for callers of the provider: request a permit, call, record the result (ADR 20). */
export const circuitBreaker = (breakers: Breakers, { now, limits }: BreakerClock) => {
  /** Only failures and probes write. The breaker as it is then; undefined where that is not known. */
  const recordOutcome = async (tenantId: TenantId, generation: number, succeeded: boolean) => {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const breaker = await breakers.find(tenantId);
      if (!breaker) return undefined;
      const next = succeeded
        ? recordSuccess(breaker, generation)
        : recordFailure(breaker, { generation, at: now() }, limits);
      if (next === breaker || (await breakers.update(tenantId, breaker, next))) return next;
    }
    return undefined;
  };

  return {
    /**
     * Undefined while calls are blocked. A breaker that cannot be read blocks nothing. Where it is time to find out whether the provider
     * is back, one caller at a time does so by a probe, and gets a permit if the provider answers: no customer's charge is a probe.
     */
    async allowRequest(tenantId: TenantId, probe: Probe): Promise<Permit | undefined> {
      const breaker = await breakers.find(tenantId);
      if (!breaker) return {};
      const at = now();
      if (isOpen(breaker, at)) return undefined;
      if (breaker.status === 'closed') return { generation: breaker.generation };
      const next = startProbe(breaker, at, limits);
      if (!(await breakers.update(tenantId, breaker, next))) return undefined;
      const current = await recordOutcome(tenantId, next.generation, await probe());
      return current?.status === 'closed' ? { generation: current.generation } : undefined;
    },

    /** A call that got an answer writes nothing. */
    async recordResult(tenantId: TenantId, { generation }: Permit, succeeded: boolean): Promise<void> {
      if (generation !== undefined && !succeeded) await recordOutcome(tenantId, generation, false);
    },
  };
};

export type CircuitBreaker = ReturnType<typeof circuitBreaker>;

const PAGE_SIZE = 25;

export type ProbeReport = { readonly probed: number; readonly closed: number; readonly failed: number };

type ProbePorts = {
  readonly due: Pick<PaymentsDue, 'breakers'>;
  readonly breaker: CircuitBreaker;
  readonly probe: (tenantId: TenantId) => Promise<boolean>;
  /** Called for each breaker that could not be written. The run goes on with the others. */
  readonly onFailure: (tenantId: TenantId, error: unknown) => void;
};

/**
 * Probes the providers of tenants whose breakers are due for it, so that a breaker closes without any customer's order. One that stays open
 * is due again behind the others.
 */
export const probeBreakers =
  ({ due, breaker, probe, onFailure }: ProbePorts) =>
  async (at: Instant, hasTimeLeft: () => boolean): Promise<ProbeReport> => {
    const counts = { probed: 0, closed: 0, failed: 0 };
    for (const tenantId of await due.breakers(at, PAGE_SIZE)) {
      if (!hasTimeLeft()) break;
      counts.probed += 1;
      try {
        if (await breaker.allowRequest(tenantId, () => probe(tenantId))) counts.closed += 1;
      } catch (error) {
        counts.failed += 1;
        onFailure(tenantId, error);
      }
    }
    return counts;
  };

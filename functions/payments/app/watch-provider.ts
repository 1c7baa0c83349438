import type { Breakers } from '#payments/app/ports';
import { type BreakerLimits, failed, isOpen, probing, succeeded } from '#payments/domain/breaker';
import type { Instant, TenantId } from '#shared/kernel';

type When = { readonly now: () => Instant; readonly limits: BreakerLimits };
/** Leave to make one call. Without a generation nobody knows what the call means for the breaker. */
export type Pass = { readonly generation?: number; readonly probe: boolean };

/** Whoever loses this often to others' reports is not missed among them. */
const TRIES = 5;

/** The breaker, for those who call the provider: ask for leave, call, tell how it went. */
export const watchProvider = (breakers: Breakers, { now, limits }: When) => ({
  /** Undefined while calls are kept back. A breaker that cannot be read keeps back nothing. */
  async admit(tenantId: TenantId): Promise<Pass | undefined> {
    const standing = await breakers.find(tenantId);
    if (!standing) return { probe: false };
    const at = now();
    if (isOpen(standing, at)) return undefined;
    if (standing.status === 'closed') return { generation: standing.generation, probe: false };
    const next = probing(standing, at, limits);
    return (await breakers.move(tenantId, standing, next)) ? { generation: next.generation, probe: true } : undefined;
  },

  /** Only failures write, and probes. */
  async report(tenantId: TenantId, { generation, probe }: Pass, answered: boolean): Promise<void> {
    if (generation === undefined || (answered && !probe)) return;
    for (let tried = 0; tried < TRIES; tried += 1) {
      const standing = await breakers.find(tenantId);
      if (!standing) return;
      const next = answered ? succeeded(standing, generation) : failed(standing, generation, now(), limits);
      if (next === standing || (await breakers.move(tenantId, standing, next))) return;
    }
  },
});

export type ProviderWatch = ReturnType<typeof watchProvider>;

import { addMs, type Instant } from '#platform/kernel';
import type { Outages } from '#sandbox/use-cases/ports';

type Now = () => Instant;

export const startOutage =
  (outages: Outages, now: Now) =>
  async (tenantId: string, seconds: number): Promise<Instant> => {
    const until = addMs(now(), seconds * 1_000);
    await outages.put(tenantId, until);
    return until;
  };

export const hasOutage =
  (outages: Outages, now: Now) =>
  async (tenantId: string): Promise<boolean> => {
    const until = await outages.until(tenantId);
    return until !== undefined && now() < until;
  };

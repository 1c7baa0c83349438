import type { Outages } from '#sandbox/app/ports';
import { type Instant, later } from '#shared/kernel';

type Now = () => Instant;

export const beginOutage =
  (outages: Outages, now: Now) =>
  async (tenantId: string, seconds: number): Promise<Instant> => {
    const until = later(now(), seconds * 1_000);
    await outages.put(tenantId, until);
    return until;
  };

export const isOut =
  (outages: Outages, now: Now) =>
  async (tenantId: string): Promise<boolean> => {
    const until = await outages.until(tenantId);
    return until !== undefined && now() < until;
  };

import type { Charge } from '#sandbox/domain/charge';
import type { Instant } from '#shared/kernel';

export type Charges = {
  find(key: string): Promise<Charge | undefined>;
  /** Puts the charge unless one stands under its key; answers with the one that stands. */
  putOrMeet(charge: Charge): Promise<Charge>;
  /** False where `from` no longer stands. */
  move(from: Charge, to: Charge): Promise<boolean>;
};

/** Counts a call for the key: 1 for the first. */
export type CountCall = (key: string) => Promise<number>;

export type Outages = {
  put(tenantId: string, until: Instant): Promise<void>;
  /** When the tenant's last outage ends or ended, if there was one. */
  until(tenantId: string): Promise<Instant | undefined>;
};

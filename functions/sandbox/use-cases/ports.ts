import type { Instant } from '#platform/kernel';
import type { Charge } from '#sandbox/domain/charge';

export type Charges = {
  find(key: string): Promise<Charge | undefined>;
  /** Stores the charge unless one exists under its key; returns the stored one. */
  putIfAbsent(charge: Charge): Promise<Charge>;
  /** Stores `to`, on condition that `from` is unchanged; false where it is not. */
  update(from: Charge, to: Charge): Promise<boolean>;
};

/** Counts a call for the key: 1 for the first. */
export type CountCall = (key: string) => Promise<number>;

export type Outages = {
  put(tenantId: string, until: Instant): Promise<void>;
  /** When the tenant's last outage ends or ended, if there was one. */
  until(tenantId: string): Promise<Instant | undefined>;
};

/** What a tenant's orders do while the provider is unavailable, and when their units go to others (ADR 83). `null`: never. */
export type Policy = {
  /** How many minutes an order waits for the provider, from the first moment at which it awaits its payment, before it is offline. */
  readonly offlineAfterMinutes: number | null;
  /** How many minutes after its instructions an unpaid order is safe. Then it gives way if another order needs its units. */
  readonly giveWayAfterMinutes: number | null;
};

/** A tenant's policy as it is stored. Version 0: none is stored, and these are the defaults. */
export type StoredPolicy = Policy & { readonly version: number };

export const defaultPolicy: StoredPolicy = { offlineAfterMinutes: 5, giveWayAfterMinutes: null, version: 0 };

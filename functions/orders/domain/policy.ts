/** What a tenant's orders do while the provider is unavailable, and when their units go to others (ADR 83). `null`: never. */
export type Policy = {
  /** The minutes from the first moment at which an order awaits its payment to the instructions for an offline payment. */
  readonly offlineAfterMinutes: number | null;
  /** The minutes after these instructions from which the order's units may go to an order that needs them. */
  readonly giveWayAfterMinutes: number | null;
};

/** A tenant's policy as it is stored. Version 0: none is stored, and these are the defaults. */
export type StoredPolicy = Policy & { readonly version: number };

export const defaultPolicy: StoredPolicy = { offlineAfterMinutes: 5, giveWayAfterMinutes: null, version: 0 };

/** What was captured and refunded under one of the provider's keys, in minor units. `n` is the number of the order's attempt. */
export type Balance = { readonly n: number; readonly captured: number; readonly refunded: number };
export type AttemptRecord = Balance & { readonly status: string };
/** What the provider did unasked, as the payment has recorded it. */
export type UnaskedReport = { readonly n: number; readonly kind: string; readonly amount: number };

export type PaymentRecord = {
  readonly status: string;
  readonly attempts: readonly AttemptRecord[];
  readonly reports: readonly UnaskedReport[];
};

/** What the items that belong to one order say about it. */
export type OrderRecords = {
  order?: {
    readonly status: string;
    readonly reason?: string;
    /** Units per SKU, as `sumBySku` formats them. */
    readonly lines: string;
    readonly totalMinor: number;
    readonly paidOffline: boolean;
    readonly deadline?: string;
    /** While it waits for the provider. */
    readonly waitsUntil?: string;
    readonly changedAt: string;
  };
  hold?: { readonly state: string; readonly units: string };
  payment?: PaymentRecord;
  /** The payment sandbox's records, on stages that have the sandbox as their provider. */
  charges?: readonly Balance[];
  /** The numbers of the attempts whose captures are in quarantine. */
  strays?: readonly number[];
  /** Statuses that a mail to the customer was sent about, or is recorded as withheld. */
  readonly notifiedStatuses: string[];
};

import type { Instant, TenantId } from '#platform/kernel';

/** What the provider says of a key that no order of the tenant accounts for. Amounts as it states them, in minor units. */
export type Stray = {
  readonly tenantId: TenantId;
  readonly key: string;
  readonly currency: string;
  readonly captured: number;
  readonly refunded: number;
  /** When Breakwater learned of these amounts. */
  readonly at: Instant;
};

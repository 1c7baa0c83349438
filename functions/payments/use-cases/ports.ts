import type { Attempt } from '#payments/domain/attempt';
import type { Breaker } from '#payments/domain/breaker';
import type { Money, OrderId, TenantId } from '#platform/kernel';

export type Attempts = {
  /** Reads strongly. */
  find(tenantId: TenantId, orderId: OrderId): Promise<Attempt | undefined>;
  /** Stores the first attempt of an order unless one exists; returns the stored one. */
  putIfAbsent(attempt: Attempt): Promise<Attempt>;
  /** Stores `to` with the events of the change, on condition that `from` is unchanged; false where it is not. */
  update(from: Attempt, to: Attempt): Promise<boolean>;
};

/** The circuit breaker of one provider, separate for each tenant. */
export type Breakers = {
  /** The closed one where none is stored; undefined where the read failed. */
  find(tenantId: TenantId): Promise<Breaker | undefined>;
  /** Stores `to`, on condition that `from` is unchanged; false where it is not. */
  update(tenantId: TenantId, from: Breaker, to: Breaker): Promise<boolean>;
};

/**
 * A payment provider. `unknown`: it may or may not have acted; calling again with the same key is safe, and the only way to find out.
 * `refused`: it has definitely refused, and calling again changes nothing until a person has intervened.
 */
export type Provider = {
  /** Captures at most once per key. `voided`: the key was voided first, and nothing is captured. */
  charge(key: string, total: Money, token: string): Promise<'captured' | 'declined' | 'voided' | 'unknown'>;
  /** Keeps the key from ever being captured, or reports that it has been. */
  void(key: string): Promise<'voided' | 'captured' | 'refused' | 'unknown'>;
  /** Refunds the captured total, once per refund key. */
  refund(key: string, refundKey: string, total: Money): Promise<'refunded' | 'refused' | 'unknown'>;
};

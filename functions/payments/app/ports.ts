import type { Attempt } from '#payments/domain/attempt';
import type { Breaker } from '#payments/domain/breaker';
import type { Money, OrderId, TenantId } from '#shared/kernel';

export type Attempts = {
  /** Reads strongly. */
  find(tenantId: TenantId, orderId: OrderId): Promise<Attempt | undefined>;
  /** Puts the first attempt of an order unless there is one; answers with the one that stands. */
  putOrMeet(attempt: Attempt): Promise<Attempt>;
  /** Writes `to` with the events of the change on condition that `from` still stands; false where it does not. */
  move(from: Attempt, to: Attempt): Promise<boolean>;
};

/** The breaker of one provider, for each tenant its own. */
export type Breakers = {
  /** The healthy one where none is stored; undefined where the read failed. */
  find(tenantId: TenantId): Promise<Breaker | undefined>;
  /** Writes `to` on condition that `from` still stands; false where it does not. */
  move(tenantId: TenantId, from: Breaker, to: Breaker): Promise<boolean>;
};

/**
 * A payment provider. `unknown`: it may or may not have acted; asking again with the same key is safe, and the only way to learn.
 * `refused`: it has said for certain that it will not do it, and asking again changes nothing until a person has seen to it.
 */
export type Provider = {
  /** At most one capture for a key, ever. `voided`: the key was voided first, and nothing is captured. */
  charge(key: string, total: Money, token: string): Promise<'captured' | 'declined' | 'voided' | 'unknown'>;
  /** Keeps the key from ever being captured, or tells that it has been. */
  void(key: string): Promise<'voided' | 'captured' | 'refused' | 'unknown'>;
  /** Gives back what was captured, once for each refund key. */
  refund(key: string, refundKey: string, total: Money): Promise<'refunded' | 'refused' | 'unknown'>;
};

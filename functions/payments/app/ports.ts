import type { Attempt } from '#payments/domain/attempt';
import type { Money, OrderId, TenantId } from '#shared/kernel';

export type Attempts = {
  /** Reads strongly. */
  find(tenantId: TenantId, orderId: OrderId): Promise<Attempt | undefined>;
  /** Puts the first attempt of an order unless there is one; answers with the one that stands. */
  putOrMeet(attempt: Attempt): Promise<Attempt>;
  /** Writes `to` with the event of its status on condition that `from` still stands; false where it does not. */
  move(from: Attempt, to: Attempt): Promise<boolean>;
};

/**
 * A payment provider. `unknown`: it may or may not have acted; asking again with the same key is safe, and the only way to learn.
 */
export type Provider = {
  /** At most one capture for a key, ever. `voided`: the key was voided first, and nothing is captured. */
  charge(key: string, total: Money, token: string): Promise<'captured' | 'declined' | 'voided' | 'unknown'>;
  /** Keeps the key from ever being captured, or tells that it has been. */
  void(key: string): Promise<'voided' | 'captured' | 'unknown'>;
  /** Gives back what was captured, once for each refund key. */
  refund(key: string, refundKey: string, total: Money): Promise<'refunded' | 'unknown'>;
};

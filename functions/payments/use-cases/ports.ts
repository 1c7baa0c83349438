import type { Breaker } from '#payments/domain/breaker';
import type { ChargeState } from '#payments/domain/charge-state';
import type { Payment } from '#payments/domain/payment';
import type { Stray } from '#payments/domain/stray';
import type { Instant, Money, OrderId, TenantId } from '#platform/kernel';

export type Payments = {
  /** Reads strongly. */
  find(tenantId: TenantId, orderId: OrderId): Promise<Payment | undefined>;
  /** Stores the first payment of an order unless one exists; returns the stored one. */
  putIfAbsent(payment: Payment): Promise<Payment>;
  /** Stores `to` with the events of the change, on condition that `from` is unchanged; false where it is not. */
  update(from: Payment, to: Payment): Promise<boolean>;
};

/** Captures that belong to no order of ours, and states that contradict our record of a payment. */
export type Strays = {
  /** Stores what the provider says of a key; a repeat with the same amounts changes nothing. */
  quarantine(stray: Stray): Promise<void>;
};

/** What a provider says of a key that a person must look at, and why. */
export type Contradiction = { readonly charge: string; readonly because: string; readonly state: ChargeState };

/** Names it in the log. The caller sees to it that a person is called. */
export type ReportContradiction = (contradiction: Contradiction) => void;

/** The circuit breaker of one provider, separate for each tenant. */
export type Breakers = {
  /** The closed one where none is stored; undefined where the read failed. */
  find(tenantId: TenantId): Promise<Breaker | undefined>;
  /** Stores `to`, on condition that `from` is unchanged; false where it is not. */
  update(tenantId: TenantId, from: Breaker, to: Breaker): Promise<boolean>;
};

export type ReturnDue = { readonly cursor: string; readonly tenantId: TenantId; readonly orderId: OrderId };

/** The work of all tenants that waits for the schedule, a page at a time and eventually consistent. */
export type PaymentsDue = {
  /** The tenants whose breakers may be probed, the longest due first. */
  breakers(at: Instant, limit: number): Promise<readonly TenantId[]>;
  /** The orders with captured money whose return may be tried, the longest due first, after the entry with this cursor. */
  returns(
    at: Instant,
    page: { readonly after: string | undefined; readonly limit: number },
  ): Promise<readonly ReturnDue[]>;
};

/** No call of a provider takes longer. It is longer than the slowest successful one, and short enough for two within a task's time. */
export const PROVIDER_CALL_MS = 5_000;

/**
 * A payment provider. `unknown`: it may or may not have acted; calling again with the same key is safe, and `status` tells what it did.
 * `refused`: it has definitely refused, and calling again changes nothing until a person has intervened.
 */
export type Provider = {
  /** Captures at most once per key, and returns the key's state. */
  charge(key: string, total: Money, token: string): Promise<ChargeState | 'unknown'>;
  /** Keeps the key from ever being captured, or reports that it has been. */
  void(key: string): Promise<'voided' | 'captured' | 'refused' | 'unknown'>;
  /** Refunds this much of what was captured, once per refund key. */
  refund(key: string, refundKey: string, money: Money): Promise<'refunded' | 'refused' | 'unknown'>;
  /** Changes nothing, and knows all that earlier calls have answered. */
  status(key: string): Promise<ChargeState | 'unknown'>;
};

import { err, ok, type Result } from '#shared/kernel';

/** What the sandbox has done under one key. Amounts in minor units. */
export type Charge = {
  readonly key: string;
  readonly status: 'captured' | 'declined' | 'voided';
  readonly currency: string;
  readonly captured: number;
  readonly refunded: number;
  /** The keys of its refunds, each of which is made once. */
  readonly refunds: readonly string[];
};

export const charge = (
  asked: { readonly key: string; readonly amount: number; readonly currency: string },
  status: 'captured' | 'declined',
): Charge => ({
  key: asked.key,
  status,
  currency: asked.currency,
  captured: status === 'captured' ? asked.amount : 0,
  refunded: 0,
  refunds: [],
});

/** A void before any charge: no charge with this key will ever capture. */
export const voided = (key: string): Charge => ({
  key,
  status: 'voided',
  currency: '',
  captured: 0,
  refunded: 0,
  refunds: [],
});

/** Repeats of a refund are success; more than was captured is not given back. */
export const refund = (standing: Charge, refundKey: string, amount: number): Result<Charge, 'not_refundable'> => {
  if (standing.refunds.includes(refundKey)) return ok(standing);
  if (standing.captured - standing.refunded < amount || amount === 0) return err('not_refundable');
  return ok({ ...standing, refunded: standing.refunded + amount, refunds: [...standing.refunds, refundKey] });
};

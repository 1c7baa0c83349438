import { err, ok, type Result } from '#platform/kernel';

/** What the sandbox has done under one key. Amounts in minor units. */
export type Charge = {
  readonly key: string;
  /** `pending`: accepted, and captured at the next call for the key. */
  readonly status: 'captured' | 'declined' | 'voided' | 'pending';
  readonly amount: number;
  readonly currency: string;
  readonly captured: number;
  readonly refunded: number;
  /** The keys of its refunds. Each refund happens once. */
  readonly refunds: readonly string[];
  readonly refusesRefunds?: true | undefined;
  readonly version: number;
};

export type ChargeRequest = { readonly key: string; readonly amount: number; readonly currency: string };

export const createCharge = (
  { key, amount, currency }: ChargeRequest,
  status: Charge['status'],
  { refusesRefunds }: Pick<Charge, 'refusesRefunds'> = {},
): Charge => ({
  key,
  status,
  amount,
  currency,
  captured: status === 'captured' ? amount : 0,
  refunded: 0,
  refunds: [],
  ...(refusesRefunds && { refusesRefunds }),
  version: 1,
});

/** A void before any charge: no charge with this key will ever be captured. */
export const voidedCharge = (key: string): Charge => createCharge({ key, amount: 0, currency: '' }, 'voided');

/** A pending charge is captured, which is what makes an unknown outcome dangerous. */
export const capturePending = (charge: Charge): Charge =>
  charge.status === 'pending' ? nextVersion(charge, { status: 'captured', captured: charge.amount }) : charge;

/** Repeats of a refund are success. Never more is refunded than was captured. */
export const refund = (
  charge: Charge,
  refundKey: string,
  amount: number,
): Result<Charge, 'refund_refused' | 'not_refundable'> => {
  if (charge.refunds.includes(refundKey)) return ok(charge);
  if (charge.refusesRefunds) return err('refund_refused');
  if (charge.captured - charge.refunded < amount || amount === 0) return err('not_refundable');
  return ok(nextVersion(charge, { refunded: charge.refunded + amount, refunds: [...charge.refunds, refundKey] }));
};

export const allowRefunds = (charge: Charge): Charge => {
  const { refusesRefunds, ...rest } = charge;
  return refusesRefunds ? nextVersion(rest, {}) : charge;
};

const nextVersion = (charge: Charge, change: Partial<Charge>): Charge => ({
  ...charge,
  ...change,
  version: charge.version + 1,
});

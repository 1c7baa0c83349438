import { err, ok, type Result } from '#shared/kernel';

/** What the sandbox has done under one key. Amounts in minor units. */
export type Charge = {
  readonly key: string;
  /** `pending`: taken, but not captured before someone asks again. */
  readonly status: 'captured' | 'declined' | 'voided' | 'pending';
  readonly amount: number;
  readonly currency: string;
  readonly captured: number;
  readonly refunded: number;
  /** The keys of its refunds, each of which is made once. */
  readonly refunds: readonly string[];
  readonly refusesRefunds?: true;
  readonly version: number;
};

type Asked = { readonly key: string; readonly amount: number; readonly currency: string };

export const charge = (
  { key, amount, currency }: Asked,
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

/** A void before any charge: no charge with this key will ever capture. */
export const voided = (key: string): Charge => charge({ key, amount: 0, currency: '' }, 'voided');

/** What was pending is captured, which is what makes an unknown outcome dangerous. */
export const committed = (standing: Charge): Charge =>
  standing.status === 'pending' ? moved(standing, { status: 'captured', captured: standing.amount }) : standing;

/** Repeats of a refund are success; more than was captured is not given back. */
export const refund = (
  standing: Charge,
  refundKey: string,
  amount: number,
): Result<Charge, 'refund_refused' | 'not_refundable'> => {
  if (standing.refunds.includes(refundKey)) return ok(standing);
  if (standing.refusesRefunds) return err('refund_refused');
  if (standing.captured - standing.refunded < amount || amount === 0) return err('not_refundable');
  return ok(moved(standing, { refunded: standing.refunded + amount, refunds: [...standing.refunds, refundKey] }));
};

export const allowRefunds = (standing: Charge): Charge => {
  const { refusesRefunds, ...rest } = standing;
  return refusesRefunds ? moved(rest, {}) : standing;
};

const moved = (standing: Charge, change: Partial<Charge>): Charge => ({
  ...standing,
  ...change,
  version: standing.version + 1,
});

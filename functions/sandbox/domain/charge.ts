import { err, ok, type Result } from '#platform/kernel';

/** What the sandbox has done under one key. Amounts in minor units. */
export type Charge = {
  readonly key: string;
  /** `pending`: accepted, and captured at the next call for the key. `refund`: the key belongs to a refund, not to a charge. */
  readonly status: 'captured' | 'declined' | 'voided' | 'pending' | 'refund';
  readonly amount: number;
  readonly currency: string;
  readonly captured: number;
  readonly refunded: number;
  /** The keys of its refunds. Each refund happens once. */
  readonly refunds: readonly string[];
  /** The part of `refunded` that a person refunded in the provider's console. */
  readonly refundedByHand?: number | undefined;
  readonly disputed?: number | undefined;
  readonly refusesRefunds?: true | undefined;
  /** Declined, and captured all the same at the next call for the key. */
  readonly capturesLater?: true | undefined;
  readonly version: number;
};

export type ChargeRequest = { readonly key: string; readonly amount: number; readonly currency: string };

/** A charge as a merchant's question about its key is answered. `returned`: the part of `refunded` that the merchant requested. */
export type ChargeState = {
  readonly status: 'absent' | 'pending' | 'captured' | 'declined' | 'voided';
  readonly currency: string;
  readonly captured: number;
  readonly refunded: number;
  readonly returned: number;
  readonly disputed: number;
};

export const createCharge = (
  { key, amount, currency }: ChargeRequest,
  status: Charge['status'],
  { refusesRefunds, capturesLater }: Pick<Charge, 'refusesRefunds' | 'capturesLater'> = {},
): Charge => ({
  key,
  status,
  amount,
  currency,
  captured: status === 'captured' ? amount : 0,
  refunded: 0,
  refunds: [],
  ...(refusesRefunds && { refusesRefunds }),
  ...(capturesLater && { capturesLater }),
  version: 1,
});

/** A void before any charge: no charge with this key will ever be captured, except by hand. */
export const voidedCharge = (key: string): Charge => createCharge({ key, amount: 0, currency: '' }, 'voided');

/** Takes a key for a refund, so that no charge can have it. */
export const refundRecord = (request: ChargeRequest): Charge => createCharge(request, 'refund');

/** A pending charge is captured, and so is one that was declined falsely, which is what makes outcomes dangerous. */
export const capturePending = (charge: Charge): Charge => {
  const { capturesLater, ...rest } = charge;
  const isPending = charge.status === 'pending' || capturesLater;
  return isPending ? nextVersion(rest, { status: 'captured', captured: charge.amount }) : charge;
};

/** What was not captured is voided. */
export const voidUncaptured = (charge: Charge): Charge =>
  charge.status === 'declined' ? nextVersion(charge, { status: 'voided' }) : charge;

/** The key is captured whatever was said of it before, once. */
export const captureByHand = (charge: Charge, { amount, currency }: ChargeRequest): Charge =>
  charge.status === 'captured'
    ? charge
    : nextVersion(charge, { status: 'captured', captured: amount, amount, currency });

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

/** A person refunds in the provider's console, which no refusal keeps them from. Each call is another refund. */
export const refundByHand = (charge: Charge, amount: number): Result<Charge, 'not_refundable'> => {
  const { captured, refunded, refundedByHand = 0 } = charge;
  if (captured - refunded < amount || amount === 0) return err('not_refundable');
  return ok(nextVersion(charge, { refunded: refunded + amount, refundedByHand: refundedByHand + amount }));
};

/** The payer disputes this much more of what was captured. */
export const dispute = (charge: Charge, amount: number): Result<Charge, 'not_disputable'> => {
  const disputed = (charge.disputed ?? 0) + amount;
  return disputed > charge.captured ? err('not_disputable') : ok(nextVersion(charge, { disputed }));
};

export const allowRefunds = (charge: Charge): Charge => {
  const { refusesRefunds, ...rest } = charge;
  return refusesRefunds ? nextVersion(rest, {}) : charge;
};

/** Undefined, and the key of a refund, are no charge. */
export const stateOf = (charge: Charge | undefined): ChargeState => {
  if (!charge || charge.status === 'refund')
    return { status: 'absent', currency: '', captured: 0, refunded: 0, returned: 0, disputed: 0 };
  const { status, currency, captured, refunded, refundedByHand = 0, disputed = 0 } = charge;
  return { status, currency, captured, refunded, returned: refunded - refundedByHand, disputed };
};

const nextVersion = (charge: Charge, change: Partial<Charge>): Charge => ({
  ...charge,
  ...change,
  version: charge.version + 1,
});

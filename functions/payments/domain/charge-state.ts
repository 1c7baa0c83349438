import type { Money } from '#platform/kernel';

/**
 * What a provider says of one key at one moment. Amounts in minor units of `currency`; what was captured less what was refunded is
 * what the provider keeps. `absent`: the key was never used. `pending`: the outcome is open.
 */
export type ChargeState = {
  readonly status: 'absent' | 'pending' | 'captured' | 'declined' | 'voided';
  readonly currency: string;
  readonly captured: number;
  readonly refunded: number;
  /** The part of `refunded` that was refunded under our refund key. The rest was refunded outside Breakwater. */
  readonly returned: number;
  /** The part of `captured` that the payer disputes. */
  readonly disputed: number;
};

type Balance = Pick<ChargeState, 'captured' | 'refunded'>;

/** In minor units. */
export const keptAmount = ({ captured, refunded }: Balance): number => captured - refunded;

/**
 * The state as it counts for an order with this total; undefined where a person must look: the provider keeps money in another
 * currency, or its own amounts contradict each other. Money in another currency that was refunded in full counts as never captured.
 */
export const checkState = (total: Money, state: ChargeState): ChargeState | undefined => {
  const { captured, refunded, returned, disputed, currency } = state;
  if (refunded > captured || returned > refunded || disputed > captured) return undefined;
  if (captured === 0 || currency === total.currency) return state;
  if (keptAmount(state) > 0) return undefined;
  return { ...state, status: 'voided', captured: 0, refunded: 0, returned: 0, disputed: 0 };
};

/** The state once this much was refunded under our refund key. */
export const afterRefund = (state: ChargeState, amount: number): ChargeState => ({
  ...state,
  refunded: state.refunded + amount,
  returned: state.returned + amount,
});

import { err, type Money, ok, type Result } from '#platform/kernel';

/**
 * What a provider says of one key at one moment, unchecked: see `checkState`. Amounts in minor units of `currency`; what was captured less what was refunded is
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

const NOTHING_RECORDED: Balance = { captured: 0, refunded: 0 };

/**
 * The state as it counts for an order with this total, or why a person must look: its amounts are impossible or contradict each other,
 * what was recorded before the state was read, or the order's currency. Money in another currency that was refunded in full counts as
 * never captured.
 */
export const checkState = (
  total: Money,
  state: ChargeState,
  recorded: Balance = NOTHING_RECORDED,
): Result<ChargeState, string> => {
  const { captured, refunded, returned, disputed, currency } = state;
  if (![captured, refunded, returned, disputed].every(isAmount)) return err('an amount is no number of minor units');
  if (refunded > captured) return err('more was refunded than was captured');
  if (returned > refunded) return err('more was returned to us than was refunded');
  if (disputed > captured) return err('more is disputed than was captured');
  const isForeign = captured > 0 && currency !== total.currency;
  if (isForeign && keptAmount(state) > 0) return err('it keeps money in another currency');
  const counted: ChargeState = isForeign
    ? { ...state, status: 'voided', captured: 0, refunded: 0, returned: 0, disputed: 0 }
    : state;
  if (counted.captured < recorded.captured) return err('less was captured than it said before');
  return counted.refunded < recorded.refunded ? err('less was refunded than it said before') : ok(counted);
};

/** Whole, countable and not negative. */
const isAmount = (amount: number): boolean => Number.isSafeInteger(amount) && amount >= 0;

/** Why what the provider keeps is no payment of the total, in words; undefined where it keeps all of it or nothing. */
export const describeOddNet = (total: Money, balance: Balance): string | undefined => {
  const kept = keptAmount(balance);
  if (kept > total.amount) return 'it keeps more than the total';
  return kept > 0 && kept < total.amount ? 'it keeps a part of the total' : undefined;
};

/** The state once this much was refunded under our refund key. */
export const afterRefund = (state: ChargeState, amount: number): ChargeState => ({
  ...state,
  refunded: state.refunded + amount,
  returned: state.returned + amount,
});

import { type ChargeState, keptAmount } from '#payments/domain/charge-state';
import type { Instant, Money } from '#platform/kernel';

/**
 * What happened at the provider without Breakwater: money refunded or disputed, of attempt `n`, in minor units. The oldest of many may be the
 * sum of several, as of the last of them. `contradicted`: what the provider said last that cannot be true of the payment, if it did.
 */
export type Report = {
  readonly at: Instant;
  readonly n: number;
  readonly kind: 'refunded' | 'disputed' | 'contradicted';
  /** Of a contradiction, what the provider says that it keeps; 0 where that is no amount. */
  readonly amount: number;
  /** Only of a contradiction in another currency than the total's. */
  readonly currency?: string | undefined;
  /** Only of a contradiction: what cannot be true, in words. */
  readonly because?: string | undefined;
};

/** What a provider said that cannot be true, and why. */
export type ContradictedState = { readonly state: ChargeState; readonly because: string };

const KINDS = ['refunded', 'disputed'] as const;
/** Of each attempt and kind, so that all of a payment take some kilobytes at most. */
const MAX_REPORTS = 10;

/** What the provider's state adds to what was recorded as done outside. */
export const newReports = (
  reports: readonly Report[] = [],
  n: number,
  { state, at }: { readonly state: ChargeState; readonly at: Instant },
): readonly Report[] => {
  const amounts = { refunded: state.refunded - state.returned, disputed: state.disputed };
  return KINDS.flatMap((kind) => {
    const amount = amounts[kind] - reportedAmount(reports, { n, kind });
    return amount > 0 ? [{ at, n, kind, amount }] : [];
  });
};

/** In minor units. */
export const reportedAmount = (reports: readonly Report[] = [], { n, kind }: Pick<Report, 'n' | 'kind'>): number =>
  reports.filter((report) => report.n === n && report.kind === kind).reduce((sum, { amount }) => sum + amount, 0);

export const addReports = (reports: readonly Report[] = [], added: readonly Report[]): readonly Report[] =>
  added.reduce(addReport, reports);

/** A provider may report cent by cent, and an item is bounded: beyond the limit, the two oldest of a kind become one with their sum. */
const addReport = (reports: readonly Report[], added: Report): readonly Report[] => {
  const [oldest, second, ...later] = reports.filter(({ n, kind }) => n === added.n && kind === added.kind);
  if (!oldest || !second || later.length + 3 <= MAX_REPORTS) return [...reports, added];
  const merged = { ...second, amount: oldest.amount + second.amount };
  const kept = reports.filter((report) => report !== oldest);
  return [...kept.map((report) => (report === second ? merged : report)), added];
};

/** By how much each kind of report of each attempt has grown. */
export const reportGrowth = (
  from: readonly Report[] | undefined,
  to: readonly Report[] = [],
): readonly Omit<Report, 'at'>[] =>
  [...new Set(to.map(({ n }) => n))].flatMap((n) =>
    KINDS.flatMap((kind) => {
      const amount = reportedAmount(to, { n, kind }) - reportedAmount(from, { n, kind });
      return amount > 0 ? [{ n, kind, amount }] : [];
    }),
  );

/** A currency code has three letters, and a provider may state any text. */
const MAX_CURRENCY_LENGTH = 8;

/** The reports with the contradiction in place of an earlier one of the attempt; these very ones where it says nothing new. */
export const withContradiction = (
  reports: readonly Report[] = [],
  { at, n, total, state, because }: ContradictedState & Pick<Report, 'at' | 'n'> & { readonly total: Money },
): readonly Report[] => {
  const kept = keptAmount(state);
  const amount = Number.isSafeInteger(kept) && kept > 0 ? kept : 0;
  const currency = state.currency === total.currency ? undefined : state.currency.slice(0, MAX_CURRENCY_LENGTH);
  const earlier = reports.find((report) => report.n === n && report.kind === 'contradicted');
  if (earlier?.amount === amount && earlier.currency === currency && earlier.because === because) return reports;
  const added: Report = { at, n, kind: 'contradicted', amount, ...(currency !== undefined && { currency }), because };
  return [...reports.filter((report) => report !== earlier), added];
};

/** `<tenantId>.<orderId>`, or `<tenantId>.<orderId>.<n>` with `n` from 2. */
export const CHARGE_KEY_FORM = /^[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9_-]{1,64}(\.([2-9]|[1-9]\d))?$/;

/** How the sandbox treats a charge with a token. */
export type Behaviour = {
  /** `pending`: it answers 503, and captures at the next call for the key. `nothing`: it answers 503. */
  readonly makes: 'captured' | 'declined' | 'pending' | 'nothing';
  /** Breakwater waits at most 5 seconds. */
  readonly answersAfterMs?: number;
  /** Only the charge itself answers late, its repeats do not. */
  readonly lateOnce?: true;
  /** The first calls for the key answer 503, and nothing is charged. */
  readonly failsFirst?: number;
  /** Every refund is refused until it is allowed. */
  readonly refusesRefunds?: true;
  /** It contradicts itself: it declines, and captures at the next call for the key. */
  readonly capturesLater?: true;
};

/** The sandbox declines every other token. */
export const tokens: Readonly<Record<string, Behaviour>> = {
  tok_ok: { makes: 'captured' },
  tok_declined: { makes: 'declined' },
  tok_slow: { makes: 'captured', answersAfterMs: 3_000 },
  tok_5xx: { makes: 'nothing' },
  tok_flaky: { makes: 'captured', failsFirst: 2 },
  tok_unreachable: { makes: 'nothing', answersAfterMs: 7_000 },
  tok_commits_late: { makes: 'captured', answersAfterMs: 7_000, lateOnce: true },
  tok_unknown_then_commits: { makes: 'pending' },
  tok_declines_then_captures: { makes: 'declined', capturesLater: true },
  // slow, so that an order can be cancelled once it is captured
  tok_refund_refused: { makes: 'captured', answersAfterMs: 3_000, lateOnce: true, refusesRefunds: true },
};

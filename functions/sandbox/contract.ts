import * as z from 'zod/mini';

/** Names a charge for good: the same key is the same charge, and is captured at most once. */
export const KEY = /^[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9_-]{1,64}$/;

const money = { amount: z.int().check(z.minimum(0)), currency: z.string().check(z.regex(/^[A-Z]{3}$/)) };

export const Charge = z.strictObject({
  key: z.string().check(z.regex(KEY)),
  ...money,
  token: z.string().check(z.minLength(1), z.maxLength(128)),
});
export const Void = z.strictObject({});
export const Refund = z.strictObject({ refundKey: z.string().check(z.minLength(1), z.maxLength(255)), ...money });
export const AllowRefund = z.strictObject({});
/** So long every charge, void and refund of the tenant is answered 503 and not made; 0 ends it. */
export const Outage = z.strictObject({
  tenantId: z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}$/)),
  seconds: z.int().check(z.minimum(0), z.maximum(86_400)),
});

/** What a token makes the sandbox do with a charge. */
export type Behaviour = {
  /** `pending`: it is answered 503, and captured when anyone next asks for the key. `nothing`: it is answered 503. */
  readonly makes: 'captured' | 'declined' | 'pending' | 'nothing';
  /** More than 5 seconds is longer than Breakwater waits. */
  readonly answersAfterMs?: number;
  /** The charge that is made is answered so late, its repeats are not. */
  readonly lateOnce?: true;
  /** So many calls for the key are answered 503 first, and nothing is made. */
  readonly failsFirst?: number;
  /** Every refund is refused until it is allowed. */
  readonly refusesRefunds?: true;
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
  // slow, so that an order can be cancelled once it is captured
  tok_refund_refused: { makes: 'captured', answersAfterMs: 3_000, lateOnce: true, refusesRefunds: true },
};

import * as z from 'zod';

/** Names a charge for good: the same key is the same charge, and is captured at most once. */
export const KEY = /^[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9_-]{1,64}$/;

const money = { amount: z.int().min(0), currency: z.string().regex(/^[A-Z]{3}$/) };

export const Charge = z.strictObject({ key: z.string().regex(KEY), ...money, token: z.string().min(1).max(128) });
export const Void = z.strictObject({});
export const Refund = z.strictObject({ refundKey: z.string().min(1).max(255), ...money });

/**
 * What a token makes the sandbox do: `tok_ok` captures; `tok_declined` declines; `tok_slow` captures at once and answers after
 * 3 seconds. It declines every other token.
 */
export const tokens = {
  tok_ok: { status: 'captured', answersAfterMs: 0 },
  tok_slow: { status: 'captured', answersAfterMs: 3_000 },
  tok_declined: { status: 'declined', answersAfterMs: 0 },
} as const;

declare const brand: unique symbol;
type Id<K extends string> = string & { readonly [brand]: K };
export type TenantId = Id<'Tenant'>;
export type OrderId = Id<'Order'>;
export type Sku = Id<'Sku'>;

/** Minor units (cents): integers only, never floats. */
export type Minor = number;
export type Money = { readonly amount: Minor; readonly currency: string };

export type Result<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };
export const ok = <T>(value: T): Result<T, never> => ({ ok: true, value });
export const err = <E>(error: E): Result<never, E> => ({ ok: false, error });

/** What a request under an idempotency key has caused. `replayed`: an earlier, equal request caused it (ADR 75). */
export type Replayable<T> = { readonly value: T; readonly replayed: boolean };
export const created = <T>(value: T): Result<Replayable<T>, never> => ok({ value, replayed: false });

/** Decides on a request under a used key: an equal request is a replay of what exists; any other is refused. */
export const replayOf = <T>(
  existing: T,
  existingDigest: string,
  requestDigest: string,
): Result<Replayable<T>, 'key_reused'> =>
  existingDigest === requestDigest ? ok({ value: existing, replayed: true }) : err('key_reused');

/** ISO 8601, UTC, with milliseconds: its order as text is its order in time. */
export type Instant = string;
export const addMs = (at: Instant, ms: number): Instant => new Date(Date.parse(at) + ms).toISOString();

/** Waits before try `attempt + 1` (from 0), with jitter. False where there is no time left for another try. */
export type Backoff = (attempt: number) => Promise<boolean>;

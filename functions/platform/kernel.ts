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

/** ISO 8601, UTC, with milliseconds: its order as text is its order in time. */
export type Instant = string;
export const addMs = (at: Instant, ms: number): Instant => new Date(Date.parse(at) + ms).toISOString();

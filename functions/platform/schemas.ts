import * as z from 'zod/mini';
import { withProblem } from '#platform/http/schema-problems';
import type { OrderId, Sku, TenantId } from '#platform/kernel';

/**
 * A string of this form as a branded type: parsed once at the edge, never cast later. The mark lets a bundle drop the schemas of this file that
 * its function does not use.
 */
/* @__NO_SIDE_EFFECTS__ */
const branded = <T extends string>(form: RegExp, words?: string) =>
  z.string(words).check(z.regex(form, words)) as unknown as z.ZodMiniType<T, string>;

/** Ids as clients may send them. Keys and URLs are built from them. */
export const ID_FORM = /^[A-Za-z0-9_-]{1,64}$/;
/** A tenant's id has no underscore, so that an API key can be split in one way only. */
export const TENANT_ID_FORM = /^[a-z0-9]{1,64}$/;

export const OrderIdSchema = branded<OrderId>(ID_FORM);
/** The tenant's own identifier of a product. It is not made of dots alone, because a URL loses those. */
export const SkuSchema = /* @__PURE__ */ withProblem(
  branded<Sku>(
    /^(?!\.+$)[A-Za-z0-9_.~:+-]{1,64}$/,
    'must be 1 to 64 letters, digits and - _ . ~ : + and not dots alone',
  ),
  'invalid_sku',
);
export const TenantIdSchema = branded<TenantId>(TENANT_ID_FORM);

/** Any text, and any whole number. They are shared, because building a schema costs a part of every function's init (ADR 95). */
export const StringSchema = z.string();
export const IntegerSchema = z.int();

/** A point in time: ISO 8601, UTC. */
export const InstantSchema = /* @__PURE__ */ z.iso.datetime();

/** A text of 1 to `max` characters. */
export const text = (max: number) => z.string().check(z.minLength(1), z.maxLength(max));

/** A text without the blanks at its ends, of 1 to `max` characters. */
export const trimmedText = (max: number) => z.string().check(z.trim(), z.minLength(1), z.maxLength(max));

/** A text of this form. */
export const textOf = (form: RegExp) => z.string().check(z.regex(form));

/** A whole number of `min` at least and, unless it is left out, `max` at most. */
export const wholeNumber = (min: number, max?: number) =>
  max === undefined ? z.int().check(z.minimum(min)) : z.int().check(z.minimum(min), z.maximum(max));

/** A list of `min` to `max` elements. */
export const listOf = <T extends z.ZodMiniType>(element: T, min: number, max: number) =>
  z.array(element).check(z.minLength(min), z.maxLength(max));

/** Money in stored items, events and responses: minor units. */
export const MoneySchema = z.object({ amount: IntegerSchema, currency: StringSchema });

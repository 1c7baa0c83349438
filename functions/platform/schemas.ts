import * as z from 'zod/mini';
import { withProblem } from '#platform/http/schema-problems';
import type { OrderId, Sku, TenantId } from '#platform/kernel';

/** A string of this form as a branded type: parsed once at the edge, never cast later. */
const branded = <T extends string>(form: RegExp, words?: string) =>
  z.string(words).check(z.regex(form, words)) as unknown as z.ZodMiniType<T, string>;

/** Ids as clients may send them. Keys and URLs are built from them. */
export const ID_FORM = /^[A-Za-z0-9_-]{1,64}$/;
/** A tenant's id has no underscore, so that an API key can be split in one way only. */
export const TENANT_ID_FORM = /^[a-z0-9]{1,64}$/;

export const OrderIdSchema = branded<OrderId>(ID_FORM);
/** The tenant's own identifier of a product. It is not made of dots alone, because a URL loses those. */
export const SkuSchema = withProblem(
  branded<Sku>(
    /^(?!\.+$)[A-Za-z0-9_.~:+-]{1,64}$/,
    'must be 1 to 64 letters, digits and - _ . ~ : + and not dots alone',
  ),
  'invalid_sku',
);
export const TenantIdSchema = branded<TenantId>(TENANT_ID_FORM);

/** Money in stored items, events and responses: minor units. */
export const MoneySchema = z.object({ amount: z.int(), currency: z.string() });

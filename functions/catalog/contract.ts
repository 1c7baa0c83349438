import * as z from 'zod/mini';
import { type DataOf, defineEvent } from '#shared/events';

/** Minor units; what costs nothing is not sold, for no provider charges 0. */
const Price = z.strictObject({
  amount: z.int().check(z.minimum(1), z.maximum(1_000_000_000)),
  currency: z.string().check(z.regex(/^[A-Z]{3}$/, 'not an ISO 4217 code')),
});

/** What a client may say of a product. Its SKU is in the path, its version and times are ours to say. */
export const PutProduct = z.strictObject({
  name: z.string().check(z.trim(), z.minLength(1), z.maxLength(200)),
  price: Price,
});
export type PutProduct = z.infer<typeof PutProduct>;

export const ProductChanged = defineEvent(
  'ProductChanged.v1',
  z.object({ name: z.string(), price: z.object({ amount: z.int(), currency: z.string() }) }),
);
export type ProductChanged = DataOf<typeof ProductChanged>;

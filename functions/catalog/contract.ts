import * as z from 'zod';
import { type DataOf, defineEvent } from '#shared/events';

/** Minor units; what costs nothing is not sold, for no provider charges 0. */
const Price = z.strictObject({
  amount: z.int().min(1).max(1_000_000_000),
  currency: z.string().regex(/^[A-Z]{3}$/, 'not an ISO 4217 code'),
});

/** What a client may say of a product. Its SKU is in the path, its version and times are ours to say. */
export const PutProduct = z.strictObject({ name: z.string().trim().min(1).max(200), price: Price });
export type PutProduct = z.infer<typeof PutProduct>;

export const ProductChanged = defineEvent(
  'ProductChanged.v1',
  z.object({ name: z.string(), price: z.object({ amount: z.int(), currency: z.string() }) }),
);
export type ProductChanged = DataOf<typeof ProductChanged>;

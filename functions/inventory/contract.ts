import * as z from 'zod/mini';
import { defineEvent } from '#shared/events';

/** What a client may ask of a SKU's stock: `delta` units more or, below zero, fewer. */
export const AdjustStock = z.strictObject({
  delta: z.int().check(
    z.minimum(-1_000_000),
    z.maximum(1_000_000),
    z.refine((delta) => delta !== 0, 'must not be 0'),
  ),
  /** For people; kept with the adjustment. */
  reason: z.string().check(z.minLength(1), z.maxLength(200)),
});
export type AdjustStock = z.infer<typeof AdjustStock>;

/** Into how many shards a SKU's stock is spread. */
export const SpreadStock = z.strictObject({ shards: z.int().check(z.minimum(1), z.maximum(64)) });

const skus = z.object({ skus: z.array(z.string()) });
const sku = z.object({ sku: z.string() });

/** Stock was held for an order (the aggregate). */
export const StockHeld = defineEvent('StockHeld.v1', skus);
/** An order's stock went back. */
export const StockReleased = defineEvent('StockReleased.v1', skus);
/** A SKU's stock was corrected. */
export const StockAdjusted = defineEvent('StockAdjusted.v1', z.extend(skus, { delta: z.int() }));
/** Nothing of the SKU (the aggregate) is available any more. */
export const InventoryDepleted = defineEvent('InventoryDepleted.v1', sku);
/** The SKU is available, for the first time or again. */
export const InventoryReplenished = defineEvent('InventoryReplenished.v1', sku);

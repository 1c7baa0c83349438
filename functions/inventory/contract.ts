import * as z from 'zod/mini';
import { defineEvent } from '#platform/messaging/events';
import { IntegerSchema, SkuSchema, StringSchema } from '#platform/schemas';

const skus = z.object({ skus: z.array(SkuSchema) });
const sku = z.object({ sku: StringSchema });

/** Nothing of the SKU (the aggregate) is available any more. */
export const InventoryDepleted = defineEvent('InventoryDepleted.v1', () => sku);
/** The SKU is available, for the first time or again. */
export const InventoryReplenished = defineEvent('InventoryReplenished.v1', () => sku);
/** Stock was held for an order (the aggregate). */
export const StockHeld = defineEvent('StockHeld.v1', () => skus);
/** The stock of an order was released. */
export const StockReleased = defineEvent('StockReleased.v1', () => skus);
/** The stock of a SKU was corrected. */
export const StockAdjusted = defineEvent('StockAdjusted.v1', () => z.extend(skus, { delta: IntegerSchema }));

/** Stock was read, and the tenant's open holds (the aggregate is the tenant) were not counted for some time. */
export const StockCountRequested = defineEvent('StockCountRequested.v1', () => z.object({}));

/** All events of this context, by type. */
export const events = [
  InventoryDepleted,
  InventoryReplenished,
  StockHeld,
  StockReleased,
  StockAdjusted,
  StockCountRequested,
] as const;

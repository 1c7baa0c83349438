import * as z from 'zod/mini';
import { problems } from '#inventory/errors';
import { platformProblems } from '#platform/http/problems';
import type { RouteGroup } from '#platform/http/route';
import { InstantSchema, IntegerSchema, SkuSchema, StringSchema, text, wholeNumber } from '#platform/schemas';

/** A correction of a SKU's stock: `delta` units more or, below zero, fewer. */
export const AdjustStock = z.strictObject({
  delta: z.int().check(
    z.minimum(-1_000_000),
    z.maximum(1_000_000),
    z.refine((delta) => delta !== 0, 'must not be 0'),
  ),
  /** For people; kept with the adjustment. */
  reason: text(200),
});
export type AdjustStock = z.infer<typeof AdjustStock>;

/** The number of shards over which a SKU's stock is distributed. */
export const SetShards = z.strictObject({ shards: wholeNumber(1, 64) });

const AdjustmentResponse = () =>
  z.object({ id: StringSchema, sku: SkuSchema, delta: IntegerSchema, reason: StringSchema });
const ShardsResponse = () => z.object({ sku: SkuSchema, shards: IntegerSchema });
const StockResponse = () =>
  z.object({
    sku: SkuSchema,
    /** The quantity at one moment. */
    available: IntegerSchema,
    /** Received units that are not available: in open holds or sold. Read with `available`. */
    taken: IntegerSchema,
    /** The units of `taken` that are not known to be sold. Absent, like `sold` and `countedAt`, while no count of the last 10 s is known. */
    held: z.optional(IntegerSchema),
    /** The units that were sold at `countedAt`. It lags behind by what was sold since, and counts no unit of an open hold. */
    sold: z.optional(IntegerSchema),
    /** When open holds were counted, at most 10 s ago. */
    countedAt: z.optional(InstantSchema),
    shards: IntegerSchema,
    /** The stock changed during every count, so its shards were counted at different moments. */
    approximate: z.optional(z.literal(true)),
  });

const { sku_not_found, insufficient_stock, shards_lowered } = problems;
const { conflict } = platformProblems;
const params = { sku: SkuSchema };

export const writeRoutes = {
  adjustStock: {
    method: 'POST',
    path: '/v1/inventory/{sku}/adjustments',
    scope: 'tenant',
    params,
    idempotent: true,
    summary: 'Adds or removes stock, once per Idempotency-Key, never below zero.',
    body: AdjustStock,
    responses: { 201: AdjustmentResponse },
    problems: { insufficient_stock, conflict },
  },
  setShards: {
    method: 'PUT',
    path: '/v1/inventory/{sku}',
    scope: 'tenant',
    params,
    summary: "Distributes a SKU's stock over 1 to 64 shards, for flash sales.",
    body: SetShards,
    responses: { 200: ShardsResponse },
    problems: { shards_lowered, conflict },
  },
} as const satisfies RouteGroup;

export const readRoutes = {
  getStock: {
    method: 'GET',
    path: '/v1/inventory/{sku}',
    scope: 'tenant',
    params,
    summary:
      'Returns the available and taken quantities of a SKU, and how many were held and sold when open holds were last counted.',
    responses: { 200: StockResponse },
    problems: { sku_not_found },
  },
} as const satisfies RouteGroup;

import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { StockCountRequested } from '#inventory/contract';
import { type CountChunk, type CountState, chunkOf, type SkuCount } from '#inventory/domain/stock-counts';
import { countChunkKey, countStateKey } from '#inventory/table/keys';
import type { CountRequests, CountWriter, StockCounts } from '#inventory/use-cases/ports';
import { forEachConcurrently } from '#platform/concurrently';
import type { TenantId } from '#platform/kernel';
import type { Runtime } from '#platform/runtime/runtime';
import { IntegerSchema, SkuSchema, StringSchema, TenantIdSchema } from '#platform/schemas';
import { aggregateTable } from '#platform/table/aggregate-table';
import { batchGet } from '#platform/table/batch-get';
import { getItem } from '#platform/table/get-item';
import { mintEvent } from '#platform/table/outbox';
import { parseItem } from '#platform/table/parse-item';

const MAX_KEYS = 100;
const CONCURRENT_PUTS = 10;

const stateTable = (rt: Runtime<'db'>) =>
  aggregateTable<CountState, TenantId>(rt, {
    keyOf: countStateKey,
    schema: CountStateItem,
    toItem: ({ version: _, ...state }) => ({ ...countStateKey(state.tenantId), ...state }),
    toEvents: (_, { tenantId, version }) => [
      mintEvent(rt, StockCountRequested.type, { tenantId, aggregateId: tenantId, version, data: {} }),
    ],
  });

const findCounts = (rt: Runtime<'db'>): StockCounts => {
  const states = stateTable(rt);
  return {
    findState: async (tenantId) => (await states.find(tenantId)) ?? { tenantId, version: 0, chunks: 0 },

    async findChunk({ tenantId, chunks }, sku) {
      if (chunks === 0) return undefined;
      const item = await getItem(rt, countChunkKey(tenantId, chunkOf(sku, chunks)));
      const chunk = item && parseItem(CountChunkItem, item);
      return chunk?.of === chunks ? chunk : undefined;
    },
  };
};

export const countRequests = (rt: Runtime<'db'>): CountRequests => {
  const states = stateTable(rt);
  return {
    ...findCounts(rt),
    async request(from, to) {
      try {
        return await states.update(from, to);
      } catch (error) {
        // the stock is shown without it, and the next read requests a count again
        rt.logger.warn('a count of open holds was not requested', error as Error);
        return false;
      }
    },
  };
};

export const countWriter = (rt: Runtime<'db'>): CountWriter => {
  const TableName = rt.env('TABLE_NAME');
  return {
    ...findCounts(rt),

    async findAll({ tenantId, chunks }) {
      const keys = Array.from({ length: chunks }, (_, n) => countChunkKey(tenantId, n));
      const counts: SkuCount[] = [];
      for (let from = 0; from < keys.length; from += MAX_KEYS) {
        const items = await batchGet(rt, keys.slice(from, from + MAX_KEYS));
        counts.push(...items.flatMap((item) => parseItem(CountChunkItem, item).counts));
      }
      return counts;
    },

    async put(tenantId, chunks, countedAt) {
      const limits = { concurrency: CONCURRENT_PUTS, hasTimeLeft: () => true };
      await forEachConcurrently([...chunks.entries()], limits, ([n, chunk]) =>
        rt.db.send(new PutCommand({ TableName, Item: { ...countChunkKey(tenantId, n), tenantId, ...chunk } })),
      );
      await rt.db.send(
        new UpdateCommand({
          TableName,
          Key: countStateKey(tenantId),
          UpdateExpression:
            'SET tenantId = :tenant, chunks = :chunks, countedAt = :at, v = if_not_exists(v, :zero) + :one REMOVE leaseUntil, #out',
          ExpressionAttributeNames: { '#out': 'out' },
          ExpressionAttributeValues: {
            ...{ ':tenant': tenantId, ':chunks': chunks.length, ':at': countedAt, ':zero': 0, ':one': 1 },
          },
        }),
      );
    },
  };
};

const CountStateItem = z.pipe(
  z.object({
    tenantId: TenantIdSchema,
    chunks: IntegerSchema,
    countedAt: z.optional(StringSchema),
    sku: z.optional(SkuSchema),
    leaseUntil: z.optional(StringSchema),
    v: IntegerSchema,
  }),
  z.transform(({ v, ...state }): CountState => ({ ...state, version: v })),
);

const CountChunkItem: z.ZodMiniType<CountChunk> = z.object({
  of: IntegerSchema,
  countedAt: StringSchema,
  counts: z.array(
    z.object({
      sku: SkuSchema,
      held: IntegerSchema,
      sold: z.optional(z.object({ quantity: IntegerSchema, at: StringSchema })),
    }),
  ),
});

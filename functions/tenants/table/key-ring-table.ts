import * as z from 'zod/mini';
import type { TenantId } from '#platform/kernel';
import type { Runtime } from '#platform/runtime/runtime';
import { IntegerSchema, StringSchema, TenantIdSchema } from '#platform/schemas';
import { batchGet } from '#platform/table/batch-get';
import { getItem } from '#platform/table/get-item';
import { outboxAttributes } from '#platform/table/outbox';
import { parseItem } from '#platform/table/parse-item';
import { type TransactionPart, transact } from '#platform/table/transact';
import { emptyKeyRing, type KeyRecord, type KeyRing, type LookupChange, lookupChanges } from '#tenants/domain/key-ring';
import { toStoredApiKey } from '#tenants/table/api-keys';
import { apiKeyKeyOf, keyRingKey, tenantKey } from '#tenants/table/keys';
import type { KeyRings } from '#tenants/use-cases/manage-keys';

const KeyRingItem = z.pipe(
  z.object({
    tenantId: TenantIdSchema,
    keys: z.readonly(
      z.array(
        z.object({
          id: StringSchema,
          name: StringSchema,
          digest: StringSchema,
          createdAt: StringSchema,
          requestDigest: z.optional(StringSchema),
          expiresAt: z.optional(StringSchema),
          revokedAt: z.optional(StringSchema),
          lastUsedAt: z.optional(StringSchema),
        }),
      ),
    ),
    v: IntegerSchema,
  }),
  z.transform(({ v, ...ring }): KeyRing => ({ ...ring, version: v })),
);

/** The put of a ring, on condition that the stored one has the version before it, or that there is none. */
export const putRing = (rt: Runtime<'db'>, { tenantId, keys, version }: KeyRing): TransactionPart => ({
  Put: {
    TableName: rt.env('TABLE_NAME'),
    Item: { ...keyRingKey(tenantId), tenantId, keys, ...outboxAttributes(version, []) },
    ...(version === 1
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : { ConditionExpression: 'v = :before', ExpressionAttributeValues: { ':before': version - 1 } }),
  },
});

/** The write that makes a key work, expire or end. */
export const toLookupPart = (rt: Runtime<'db'>, tenantId: TenantId, { kind, key }: LookupChange): TransactionPart => {
  const { id, digest, expiresAt } = key;
  const TableName = rt.env('TABLE_NAME');
  const Key = apiKeyKeyOf(tenantId, digest);
  if (kind === 'remove') return { Delete: { TableName, Key } };
  if (kind === 'add') {
    const Item = { ...Key, tenantId, id, ...(expiresAt && { expiresAt }), ...outboxAttributes(1, []) };
    return { Put: { TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' } };
  }
  // an update, so that it keeps the last use
  return {
    Update: {
      TableName,
      Key,
      UpdateExpression: 'SET expiresAt = :expiresAt',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':expiresAt': expiresAt },
    },
  };
};

/** The keys of tenants. Each change writes the ring and the items by which keys are found in one transaction. */
export const keyRingTable = (rt: Runtime<'db'>): KeyRings => {
  /** The item by which a key is found knows its last use. It is gone once the key is revoked; then the ring has it. */
  const withLastUses = async (ring: KeyRing): Promise<KeyRing> => {
    const found = ring.keys.filter(({ revokedAt }) => revokedAt === undefined);
    const items = await batchGet(
      rt,
      found.map(({ digest }) => apiKeyKeyOf(ring.tenantId, digest)),
      { consistent: true },
    );
    const lastUses = new Map(items.map(toStoredApiKey).map(({ id, lastUsedAt }) => [id, lastUsedAt]));
    const toKey = (key: KeyRecord): KeyRecord => ({ ...key, lastUsedAt: lastUses.get(key.id) ?? key.lastUsedAt });
    return { ...ring, keys: ring.keys.map(toKey) };
  };
  return {
    async find(tenantId) {
      const item = await getItem(rt, keyRingKey(tenantId));
      if (item) return withLastUses(parseItem(KeyRingItem, item));
      // a tenant that was created before keys had records has no ring yet
      return (await getItem(rt, tenantKey(tenantId))) && emptyKeyRing(tenantId);
    },
    async update(from, to) {
      const lookups = lookupChanges(from, to).map((change) => toLookupPart(rt, to.tenantId, change));
      return (await transact(rt, [putRing(rt, to), ...lookups])) === 'done';
    },
  };
};

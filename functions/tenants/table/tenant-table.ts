import * as z from 'zod/mini';
import { idFrom } from '#platform/http/idempotency';
import type { Runtime } from '#platform/runtime/runtime';
import { IntegerSchema, StringSchema, TenantIdSchema } from '#platform/schemas';
import type { Item } from '#platform/table/batch-get';
import { mintEvent, outboxAttributes } from '#platform/table/outbox';
import { parseItem } from '#platform/table/parse-item';
import { transact } from '#platform/table/transact';
import { TenantChanged } from '#tenants/contract';
import type { Tenant } from '#tenants/domain/tenant';
import { putRing, toLookupPart } from '#tenants/table/key-ring-table';
import { apiKeyDigest, tenantKey } from '#tenants/table/keys';
import type { Tenants } from '#tenants/use-cases/create-tenant';

export const tenantTable = (rt: Runtime<'db'>): Tenants => ({
  async add({ id, name, requestDigest, version }, key) {
    const changed = mintEvent(rt, TenantChanged.type, { tenantId: id, aggregateId: id, version, data: { name } });
    const put = { TableName: rt.env('TABLE_NAME'), ConditionExpression: 'attribute_not_exists(pk)' };
    const tenant = { ...tenantKey(id), id, name, requestDigest, ...outboxAttributes(version, [changed]) };
    const firstKey = {
      ...{ id: idFrom(id, rt.newId()), name: 'first key', digest: apiKeyDigest(key) },
      createdAt: rt.now().toISOString(),
    };
    const outcome = await transact(rt, [
      { Put: { ...put, Item: tenant, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } },
      toLookupPart(rt, id, { kind: 'add', key: firstKey }),
      putRing(rt, { tenantId: id, keys: [firstKey], version: 1 }),
    ]);
    if (typeof outcome === 'string') return outcome;
    if (!outcome.existing) throw new Error(`a key of the tenant ${id} exists without the tenant`);
    return toTenant(outcome.existing);
  },
});

const TenantItem = z.pipe(
  z.object({ id: TenantIdSchema, name: StringSchema, requestDigest: StringSchema, v: IntegerSchema }),
  z.transform(({ v, ...tenant }): Tenant => ({ ...tenant, version: v })),
);
const toTenant = (item: Item): Tenant => parseItem(TenantItem, item);

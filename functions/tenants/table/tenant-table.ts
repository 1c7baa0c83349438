import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#platform/runtime/runtime';
import { mintEvent, outboxAttributes } from '#platform/table/outbox';
import { TenantChanged } from '#tenants/contract';
import { apiKeyKey, tenantKey } from '#tenants/table/keys';
import type { Tenants } from '#tenants/use-cases/create-tenant';

export const tenantTable = (rt: Runtime<'db'>): Tenants => ({
  async add({ id, name, version }, key) {
    const changed = mintEvent(rt, TenantChanged.type, { tenantId: id, aggregateId: id, version, data: { name } });
    const put = { TableName: rt.env('TABLE_NAME'), ConditionExpression: 'attribute_not_exists(pk)' };
    const tenant = { ...tenantKey(id), id, name, ...outboxAttributes(version, [changed]) };
    const record = { ...apiKeyKey(key), tenantId: id, ...outboxAttributes(1, []) };
    try {
      await rt.db.send(
        new TransactWriteCommand({
          TransactItems: [{ Put: { ...put, Item: tenant } }, { Put: { ...put, Item: record } }],
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof TransactionCanceledException && isConditionFailure(error)) return false;
      throw error;
    }
  },
});

const isConditionFailure = ({ CancellationReasons = [] }: TransactionCanceledException) =>
  CancellationReasons.some(({ Code }) => Code === 'ConditionalCheckFailed');

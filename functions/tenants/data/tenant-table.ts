import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#shared/runtime';
import { mint, written } from '#shared/write';
import type { Tenants } from '#tenants/app/create-tenant';
import { TenantChanged } from '#tenants/contract';
import { apiKeyKey, tenantKey } from '#tenants/data/keys';

export const tenantTable = (rt: Runtime<'db'>): Tenants => ({
  async add({ id, name, version }, key) {
    const changed = mint(rt, TenantChanged.type, { tenantId: id, aggregateId: id, version, data: { name } });
    const put = { TableName: rt.env('TABLE_NAME'), ConditionExpression: 'attribute_not_exists(pk)' };
    const tenant = { ...tenantKey(id), id, name, ...written(version, [changed]) };
    const record = { ...apiKeyKey(key), tenantId: id, ...written(1, []) };
    try {
      await rt.db.send(
        new TransactWriteCommand({
          TransactItems: [{ Put: { ...put, Item: tenant } }, { Put: { ...put, Item: record } }],
        }),
      );
      return true;
    } catch (e) {
      if (e instanceof TransactionCanceledException && stands(e)) return false;
      throw e;
    }
  },
});

const stands = ({ CancellationReasons = [] }: TransactionCanceledException) =>
  CancellationReasons.some(({ Code }) => Code === 'ConditionalCheckFailed');

import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Outages } from '#sandbox/app/ports';
import { outageKey } from '#sandbox/data/keys';
import type { Instant } from '#shared/kernel';
import type { Runtime } from '#shared/runtime';

export const outageTable = (rt: Runtime<'db'>): Outages => {
  const TableName = rt.env('TABLE_NAME');
  return {
    async put(tenantId, until) {
      await rt.db.send(new PutCommand({ TableName, Item: { ...outageKey(tenantId), until } }));
    },
    async until(tenantId) {
      const Key = outageKey(tenantId);
      const { Item } = await rt.db.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
      return Item?.['until'] as Instant | undefined;
    },
  };
};

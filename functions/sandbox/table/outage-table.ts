import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { Runtime } from '#platform/runtime/runtime';
import { StringSchema } from '#platform/schemas';
import { getItem } from '#platform/table/get-item';
import { parseItem } from '#platform/table/parse-item';
import { outageKey } from '#sandbox/table/keys';
import type { Outages } from '#sandbox/use-cases/ports';

const OutageItem = z.object({ until: StringSchema });

export const outageTable = (rt: Runtime<'db'>): Outages => {
  const TableName = rt.env('TABLE_NAME');
  return {
    async put(tenantId, until) {
      await rt.db.send(new PutCommand({ TableName, Item: { ...outageKey(tenantId), until } }));
    },
    async until(tenantId) {
      const item = await getItem(rt, outageKey(tenantId));
      return item && parseItem(OutageItem, item).until;
    },
  };
};

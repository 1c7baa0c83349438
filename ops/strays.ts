import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { strayKey, strayList } from '#payments/table/keys';
import type { TenantId } from '#platform/kernel';
import { LIST_INDEX } from '#platform/manifest';
import type { Account } from './account.ts';

type StrayFilter = { readonly tenantId: string; readonly limit: number };

/** Captures of a tenant's provider that belong to no order, by their keys, each a line of JSON. Amounts in minor units. */
export const listStrays = async (
  { names, clientOptions }: Account,
  { tenantId, limit }: StrayFilter,
): Promise<readonly string[]> => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(clientOptions));
  const lines: string[] = [];
  const pages = paginateQuery(
    { client },
    {
      TableName: names.table,
      IndexName: LIST_INDEX,
      KeyConditionExpression: 'listPk = :list',
      ExpressionAttributeValues: { ':list': strayList(tenantId as TenantId) },
    },
  );
  for await (const { Items = [] } of pages) {
    for (const { listSk } of Items) {
      const Key = strayKey(tenantId as TenantId, listSk as string);
      const { Item: stray } = await client.send(new GetCommand({ TableName: names.table, Key, ConsistentRead: true }));
      if (!stray) continue;
      const { key, currency, captured, refunded, at } = stray;
      lines.push(JSON.stringify({ key, currency, captured, refunded, at }));
      if (lines.length === limit) return lines;
    }
  }
  return lines;
};

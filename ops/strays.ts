import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { attemptKey, strayKey, strayList } from '#payments/table/keys';
import type { OrderId, TenantId } from '#platform/kernel';
import { LIST_INDEX } from '#platform/manifest';
import type { Account } from './account.ts';

type StrayFilter = { readonly tenantId: string; readonly limit: number };

type Attempts = readonly { readonly key: string; readonly captured: number }[];

/**
 * Captures of a tenant's provider that belong to no order, by their keys, each a line of JSON. Amounts in minor units. A capture leaves
 * the list once an attempt of an order has recorded it: then refunding it by hand would take the order's money.
 */
export const listStrays = async (
  { names, clientOptions }: Account,
  { tenantId, limit }: StrayFilter,
): Promise<readonly string[]> => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(clientOptions));
  const find = async (Key: object) =>
    (await client.send(new GetCommand({ TableName: names.table, Key: { ...Key }, ConsistentRead: true }))).Item;
  const isAccountedFor = async (key: string) => {
    const [, orderId] = key.split('.') as [TenantId, OrderId];
    const { attempts = [] } = (await find(attemptKey(tenantId as TenantId, orderId))) ?? {};
    return (attempts as Attempts).some((attempt) => attempt.key === key && attempt.captured > 0);
  };
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
      const stray = await find(strayKey(tenantId as TenantId, listSk as string));
      if (!stray || (await isAccountedFor(listSk as string))) continue;
      const { key, currency, captured, refunded, at } = stray;
      lines.push(JSON.stringify({ key, currency, captured, refunded, at }));
      if (lines.length === limit) return lines;
    }
  }
  return lines;
};

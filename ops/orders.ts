import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { orderIdsOf, orderKey, orderList } from '#orders/table/keys';
import type { TenantId } from '#platform/kernel';
import { LIST_INDEX } from '#platform/manifest';
import type { Account } from './account.ts';

type OrderFilter = { readonly tenantId: string; readonly status: string; readonly limit: number };

/** A tenant's newest orders with this status, each a line of JSON. An order that needs attention has its cause. */
export const listOrders = async (
  { names, clientOptions }: Account,
  { tenantId, status, limit }: OrderFilter,
): Promise<readonly string[]> => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(clientOptions));
  const lines: string[] = [];
  const pages = paginateQuery(
    { client },
    {
      TableName: names.table,
      IndexName: LIST_INDEX,
      KeyConditionExpression: 'listPk = :list',
      ExpressionAttributeValues: { ':list': orderList(tenantId as TenantId) },
      ScanIndexForward: false,
    },
  );
  for await (const { Items = [] } of pages) {
    for (const { pk } of Items) {
      const { id } = orderIdsOf(pk as string);
      // the index has only keys, and may be behind the table
      const { Item: order } = await client.send(
        new GetCommand({ TableName: names.table, Key: orderKey(tenantId as TenantId, id), ConsistentRead: true }),
      );
      if (order?.['status'] !== status) continue;
      const { run, restarts, cause, history } = order;
      lines.push(JSON.stringify({ id, status, run, restarts, cause, history }));
      if (lines.length === limit) return lines;
    }
  }
  return lines;
};

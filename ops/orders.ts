import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { orderIdsOf, orderKey, orderList } from '#orders/table/keys';
import { type ShownOrder, shownDeadlines } from '#orders/table/shown-deadline';
import type { TenantId } from '#platform/kernel';
import { LIST_INDEX } from '#platform/manifest';
import type { Account } from './account.ts';

type OrderFilter = { readonly tenantId: string; readonly status: string; readonly limit: number };

export type FoundOrder = ShownOrder & {
  readonly id: string;
  readonly run: number;
  readonly restarts: number;
  readonly cause?: string;
};

/** A tenant's newest orders with this status. An order that needs attention has its cause. */
export const findOrders = async (
  { names, clientOptions }: Account,
  { tenantId, status, limit }: OrderFilter,
): Promise<readonly FoundOrder[]> => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(clientOptions));
  const found: FoundOrder[] = [];
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
      const { run, restarts, cause, deadline, waitsUntil, history } = order;
      found.push({ id, status: order['status'], run, restarts, cause, deadline, waitsUntil, history });
      if (found.length === limit) return found;
    }
  }
  return found;
};

/** The same, each a line of JSON, with the deadlines that hold: extended by the pauses so far. */
export const listOrders = async (account: Account, filter: OrderFilter): Promise<readonly string[]> => {
  const found = await findOrders(account, filter);
  const db = DynamoDBDocumentClient.from(new DynamoDBClient(account.clientOptions));
  const deadlineOf = await shownDeadlines({ db, env: () => account.names.table })(found, new Date().toISOString());
  return found.map((order) => JSON.stringify({ ...order, deadline: deadlineOf(order) }));
};

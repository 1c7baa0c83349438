import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { orderKey, orderList, orderOf } from '#orders/data/keys';
import type { OrderId, TenantId } from '#shared/kernel';
import { LIST_INDEX } from '#shared/manifest';
import type { Account } from './account.ts';

const tableOf = ({ options }: Account) => DynamoDBDocumentClient.from(new DynamoDBClient(options));

const find = async (account: Account, tenantId: TenantId, id: OrderId) => {
  const { Item } = await tableOf(account).send(
    new GetCommand({ TableName: account.by.table, Key: orderKey(tenantId, id), ConsistentRead: true }),
  );
  return Item;
};

/** A tenant's newest orders that stand so, with the cause where a person is needed. */
export const ordersOf = async (
  account: Account,
  tenantId: string,
  status: string,
  most: number,
): Promise<readonly string[]> => {
  const lines: string[] = [];
  const pages = paginateQuery(
    { client: tableOf(account) },
    {
      TableName: account.by.table,
      IndexName: LIST_INDEX,
      KeyConditionExpression: 'listPk = :list',
      ExpressionAttributeValues: { ':list': orderList(tenantId as TenantId) },
      ScanIndexForward: false,
    },
  );
  for await (const { Items = [] } of pages) {
    for (const { pk } of Items) {
      const { id } = orderOf(pk as string);
      const order = await find(account, tenantId as TenantId, id);
      if (order?.['status'] !== status) continue;
      const { run, restarts, cause, history } = order;
      lines.push(JSON.stringify({ id, status, run, restarts, cause, history }));
      if (lines.length === most) return lines;
    }
  }
  return lines;
};

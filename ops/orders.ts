import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { StatusSchema } from '#orders/contract';
import { orderIdsOf, orderKey, orderShards } from '#orders/table/keys';
import { type ShownOrder, shownDeadlines } from '#orders/table/shown-deadline';
import type { TenantId } from '#platform/kernel';
import { LIST_INDEX } from '#platform/manifest';
import { MAX_LIST_SHARDS } from '#platform/runtime/times';
import { type MergedPage, mergedPage } from '#platform/table/merged-page';
import type { Account } from './account.ts';
import { UserError } from './command-line.ts';

type OrderFilter = { readonly tenantId: string; readonly status: string; readonly limit: number };

export type FoundOrder = ShownOrder & {
  readonly id: string;
  readonly run: number;
  readonly restarts: number;
  readonly cause?: string;
};

const PAGE_SIZE = 100;

/** A tenant's newest orders with this status. An order that needs attention has its cause. */
export const findOrders = async (
  { names, clientOptions }: Account,
  { tenantId, status, limit }: OrderFilter,
): Promise<readonly FoundOrder[]> => {
  const db = DynamoDBDocumentClient.from(new DynamoDBClient(clientOptions));
  // all shards that there may be: the command does not know the settings of the stage
  const shards = orderShards(tenantId as TenantId, MAX_LIST_SHARDS);
  const found: FoundOrder[] = [];
  let after: string | undefined;
  do {
    const page: MergedPage = await mergedPage(
      { db, env: () => names.table },
      { index: LIST_INDEX, shards, after, limit: PAGE_SIZE, descending: true },
    );
    for (const { pk } of page.entries) {
      const { id } = orderIdsOf(pk as string);
      // the index has only keys, and may be behind the table
      const { Item: order } = await db.send(
        new GetCommand({ TableName: names.table, Key: orderKey(tenantId as TenantId, id), ConsistentRead: true }),
      );
      if (order?.['status'] !== status) continue;
      const { run, restarts, cause, deadline, waitsUntil, history } = order;
      found.push({ id, status: order['status'], run, restarts, cause, deadline, waitsUntil, history });
      if (found.length === limit) return found;
    }
    after = page.next;
  } while (after !== undefined);
  return found;
};

/** The same, each a line of JSON, with the deadlines that hold: extended by the pauses so far. */
export const listOrders = async (account: Account, filter: OrderFilter): Promise<readonly string[]> => {
  if (!StatusSchema.options.some((known) => known === filter.status))
    throw new UserError(`unknown status ${filter.status}: use one of ${StatusSchema.options.join(', ')}`);
  const found = await findOrders(account, filter);
  const db = DynamoDBDocumentClient.from(new DynamoDBClient(account.clientOptions));
  const deadlineOf = await shownDeadlines({ db, env: () => account.names.table })(found, new Date().toISOString());
  return found.map((order) => JSON.stringify({ ...order, deadline: deadlineOf(order) }));
};

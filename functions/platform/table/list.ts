import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { LIST_INDEX } from '#platform/manifest';
import type { Runtime } from '#platform/runtime/runtime';
import { batchGet, type Item, type Key } from '#platform/table/batch-get';
import { encodeCursor, type ListQuery } from '#platform/table/list-query';

export type Page<T> = { readonly items: readonly T[]; readonly next: string | null };

/**
 * Reads a page of the list `listPk`, in which each `listSk` is unique. The index yields the keys and the table the items, so the
 * page is never older than the index. Items that no longer exist are left out. `next` is null on the last page.
 */
export const listPage = async (
  rt: Runtime<'db'>,
  { listPk, limit, cursor, descending = false }: ListQuery & { readonly listPk: string; readonly descending?: boolean },
): Promise<Page<Item>> => {
  const { Items: entries = [] } = await rt.db.send(
    new QueryCommand({
      TableName: rt.env('TABLE_NAME'),
      IndexName: LIST_INDEX,
      KeyConditionExpression: `listPk = :list${cursor === undefined ? '' : ` AND listSk ${descending ? '<' : '>'} :cursor`}`,
      ExpressionAttributeValues: { ':list': listPk, ...(cursor !== undefined && { ':cursor': cursor }) },
      ScanIndexForward: !descending,
      // One item more than the limit shows whether there is a next page.
      Limit: limit + 1,
    }),
  );
  const shown = entries.slice(0, limit) as (Key & { listSk: string })[];
  const items = await batchGet(
    rt,
    shown.map(({ pk, sk }) => ({ pk, sk })),
  );
  const last = shown.at(-1);
  return { items, next: last && entries.length > limit ? encodeCursor(last.listSk) : null };
};

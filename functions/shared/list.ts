import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { batchGet, type Item, type Key } from '#shared/batch-get';
import { LIST_INDEX } from '#shared/manifest';
import type { Runtime } from '#shared/runtime';

/** A place in a list: the `listSk` of the last item before it. It says nothing of whose list, so it opens no other's. */
const encode = (listSk: string) => Buffer.from(listSk).toString('base64url');
const decode = (cursor: string) => Buffer.from(cursor, 'base64url').toString();
const isCursor = (text: string) => /^[\x20-\x7e]{1,256}$/.test(decode(text)) && encode(decode(text)) === text;

/** The query string of every list. */
export const ListQuery = z.strictObject({
  limit: z._default(
    z.pipe(
      z.pipe(z.string().check(z.regex(/^\d{1,3}$/)), z.transform(Number)),
      z.int().check(z.minimum(1), z.maximum(100)),
    ),
    50,
  ),
  cursor: z.optional(z.pipe(z.string().check(z.refine(isCursor, 'not a cursor')), z.transform(decode))),
});
export type ListQuery = z.infer<typeof ListQuery>;

export type Page<T> = { readonly items: readonly T[]; readonly next: string | null };

/**
 * A page of the list `listPk`, whose `listSk` is unique in it. The index names the items and the table brings them, so what it
 * shows is never older than the index; items that have gone since are left out. `next` is null at the end.
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
      // One more than asked for tells whether there is a next page.
      Limit: limit + 1,
    }),
  );
  const shown = entries.slice(0, limit) as (Key & { listSk: string })[];
  const items = await batchGet(
    rt,
    shown.map(({ pk, sk }) => ({ pk, sk })),
  );
  const last = shown.at(-1);
  return { items, next: last && entries.length > limit ? encode(last.listSk) : null };
};

import { LIST_INDEX } from '#platform/manifest';
import type { Runtime } from '#platform/runtime/runtime';
import { batchGet, type Item } from '#platform/table/batch-get';
import { encodeCursor, type ListQuery } from '#platform/table/list-query';
import { mergedPage } from '#platform/table/merged-page';

export type Page<T> = { readonly items: readonly T[]; readonly next: string | null };

type Shards = { readonly shards: readonly string[]; readonly descending?: boolean };

/**
 * Reads a page of a list from all of its shards. Each `listSk` must be unique in the list, and 1 to 256 printable ASCII characters, as a
 * cursor requires. The index yields the keys and the table the items, so the page is never older than the index. Items that no longer
 * exist are left out. `next` is null on the last page.
 */
export const listPage = async (
  rt: Runtime<'db'>,
  { list, limit, after, shards, descending }: ListQuery & Shards,
): Promise<Page<Item>> => {
  // one entry more than the limit shows whether there is a next page
  const page = await mergedPage(rt, { index: LIST_INDEX, shards, after, limit: limit + 1, descending });
  const shown = page.entries.slice(0, limit);
  const items = await batchGet(
    rt,
    shown.map(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) })),
  );
  const last = shown.at(-1);
  const hasNext = page.entries.length > limit || page.next !== undefined;
  return { items, next: last && hasNext ? encodeCursor(list, String(last['listSk'])) : null };
};

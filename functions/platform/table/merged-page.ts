import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { DUE_INDEX, LIST_INDEX } from '#platform/manifest';
import type { Item } from '#platform/table/batch-get';
import type { TableRuntime } from '#platform/table/get-item';

const KEYS = {
  [LIST_INDEX]: { partition: 'listPk', sort: 'listSk' },
  [DUE_INDEX]: { partition: 'duePk', sort: 'dueSk' },
} as const;

type Range = {
  readonly index: keyof typeof KEYS;
  /** The partition keys of all shards. No two items of a list have the same sort key. */
  readonly shards: readonly string[];
  /** Entries behind this place in the sort order. */
  readonly after?: string | undefined;
  readonly limit: number;
} & (
  | { readonly until?: undefined; readonly descending?: boolean | undefined }
  /** Entries up to this place and in it; only in ascending order. */
  | { readonly until: string; readonly descending?: undefined }
);

/** `next` is the place behind which the next page begins; undefined on the last page, but a page with `next` may be the last as well. */
export type MergedPage = { readonly entries: readonly Item[]; readonly next?: string | undefined };

/**
 * Reads a page of a list: all shards at once from the same place, merged in the order of the sort keys. Its place is the same in each
 * shard, so a list may get more shards between two pages. A shard that cannot be read fails the page. It holds `limit` entries of each
 * shard at most.
 */
export const mergedPage = async (rt: TableRuntime, range: Range): Promise<MergedPage> => {
  const { sort } = KEYS[range.index];
  // DynamoDB refuses a range whose end is before its begin
  if (range.until !== undefined && range.after !== undefined && range.after >= range.until) return { entries: [] };
  const direction = range.descending ? -1 : 1;
  const compare = (a: string, b: string) => (a < b ? -direction : direction);
  const placeOf = (entry: Item) => String(entry[sort]);

  const pages = await Promise.all(range.shards.map((shard) => queryShard(rt, shard, range)));
  // a shard that was read in part says nothing of what is behind its last entry, so the page ends there for all shards
  const [end] = pages.flatMap(({ last }) => (last ? [placeOf(last)] : [])).toSorted(compare);
  const known = pages
    .flatMap(({ entries }) => entries)
    .filter((entry) => end === undefined || placeOf(entry) === end || compare(placeOf(entry), end) < 0)
    .toSorted((a, b) => compare(placeOf(a), placeOf(b)));
  const entries = known.slice(0, range.limit);
  const last = entries.at(-1);
  return { entries, next: known.length > entries.length && last ? placeOf(last) : end };
};

const queryShard = async (rt: TableRuntime, shard: string, range: Range) => {
  const { partition } = KEYS[range.index];
  const { condition, values } = placeCondition(range);
  const { Items = [], LastEvaluatedKey } = await rt.db.send(
    new QueryCommand({
      TableName: rt.env('TABLE_NAME'),
      IndexName: range.index,
      KeyConditionExpression: `${partition} = :shard${condition}`,
      ExpressionAttributeValues: { ':shard': shard, ...values },
      ScanIndexForward: !range.descending,
      Limit: range.limit,
    }),
  );
  return { entries: Items, last: LastEvaluatedKey };
};

const placeCondition = ({ index, after, until, descending }: Omit<Range, 'shards' | 'limit'>) => {
  const { sort } = KEYS[index];
  if (until !== undefined)
    return {
      condition: ` AND ${sort} BETWEEN :after AND :until`,
      // a key must not be empty, and a space sorts before every other one; the first key after another has a space more
      values: { ':after': `${after ?? ''} `, ':until': until },
    };
  if (after === undefined) return { condition: '', values: {} };
  return { condition: ` AND ${sort} ${descending ? '<' : '>'} :after`, values: { ':after': after } };
};

import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Instant } from '#platform/kernel';
import { DUE_INDEX, LIST_INDEX } from '#platform/manifest';
import type { Item } from '#platform/table/batch-get';
import type { TableRuntime } from '#platform/table/get-item';

const KEYS = {
  [LIST_INDEX]: { partition: 'listPk', sort: 'listSk' },
  [DUE_INDEX]: { partition: 'duePk', sort: 'dueSk' },
} as const;

/** The place behind all entries of a list that begin with this moment and `#`: `~` sorts after `#`. */
export const placeAfter = (at: Instant) => `${at}~`;

type Range = {
  readonly index: keyof typeof KEYS;
  /** The partition keys of all shards. No two items of a list have the same sort key. */
  readonly shards: readonly string[];
  /** Entries behind this place in the sort order. */
  readonly after?: string | undefined;
  readonly limit: number;
} & (
  | { readonly until?: undefined; readonly descending?: boolean | undefined }
  /** Entries up to this place, inclusive; only in ascending order. */
  | { readonly until: string; readonly descending?: undefined }
);

/** `next` is the place behind which the next page begins; undefined on the last page, but a page with `next` may be the last as well. */
export type MergedPage = { readonly entries: readonly Item[]; readonly next?: string | undefined };

/**
 * Reads a page of a list, of at most `limit` entries: it reads all shards at once from the same place, at most `limit` entries of each, and
 * merges them in the order of the sort keys. The place is the same in each shard, so a list may get more shards between two pages. A shard
 * that cannot be read fails the page.
 */
export const mergedPage = async (rt: TableRuntime, range: Range): Promise<MergedPage> => {
  const { sort } = KEYS[range.index];
  // DynamoDB refuses a range that ends before it begins
  if (range.until !== undefined && range.after !== undefined && range.after >= range.until) return { entries: [] };
  const direction = range.descending ? -1 : 1;
  const compare = (a: string, b: string) => (a < b ? -direction : direction);
  const placeOf = (entry: Item) => String(entry[sort]);

  const pages = await Promise.all(range.shards.map((shard) => queryShard(rt, shard, range)));
  // what is behind the last entry of a shard that was read in part is unknown, so the page ends there for all shards
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
      // a key must not be empty, and a space sorts before all other characters: the next possible key after `after` is `after` and a space
      values: { ':after': `${after ?? ''} `, ':until': until },
    };
  if (after === undefined) return { condition: '', values: {} };
  return { condition: ` AND ${sort} ${descending ? '<' : '>'} :after`, values: { ':after': after } };
};

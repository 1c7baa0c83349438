import * as z from 'zod/mini';
import { StringSchema } from '#platform/schemas';

/**
 * A cursor is opaque to clients: the list's name and the place of the last item of the previous page in the list's order. It names no
 * tenant and no shard, so it opens nobody else's list, and it stays valid when the list gets more shards.
 */
export const encodeCursor = (list: string, place: string) => Buffer.from(`${list} ${place}`).toString('base64url');

/** The place in a cursor of this list; undefined for any other text. */
const findPlace = (list: string, cursor: string): string | undefined => {
  const place = Buffer.from(cursor, 'base64url')
    .toString()
    .slice(list.length + 1);
  return /^[\x20-\x7e]{1,256}$/.test(place) && encodeCursor(list, place) === cursor ? place : undefined;
};

const LIMIT_RULE = 'must be a whole number from 1 to 100';

/** The query string of the list with this name. The handler gets the name with it, to encode the next cursor. */
export const listQuery = (list: string) =>
  z.pipe(
    z.strictObject({
      limit: z._default(
        z.pipe(
          z.pipe(z.string().check(z.regex(/^\d{1,3}$/, LIMIT_RULE)), z.transform(Number)),
          z.int().check(z.minimum(1, LIMIT_RULE), z.maximum(100, LIMIT_RULE)),
        ),
        50,
      ),
      cursor: z.optional(
        z.string().check(z.refine((cursor) => findPlace(list, cursor) !== undefined, 'not a cursor of this list')),
      ),
    }),
    z.transform(({ limit, cursor }): ListQuery => ({ list, limit, after: cursor && findPlace(list, cursor) })),
  );

/** A page of a list: at most `limit` items behind the place `after`. */
export type ListQuery = { readonly list: string; readonly limit: number; readonly after?: string | undefined };

/** A page of a list as its response shows it. `next` is the cursor of the next page, null on the last one. */
export const pageOf = <T extends z.ZodMiniType>(item: T) =>
  z.object({ items: z.readonly(z.array(item)), next: z.nullable(StringSchema) });

import * as z from 'zod/mini';

/** A cursor is the `listSk` of the last item of the previous page. It does not name a list, so it opens no other list. */
export const encodeCursor = (listSk: string) => Buffer.from(listSk).toString('base64url');
const decodeCursor = (cursor: string) => Buffer.from(cursor, 'base64url').toString();
const isCursor = (text: string) =>
  /^[\x20-\x7e]{1,256}$/.test(decodeCursor(text)) && encodeCursor(decodeCursor(text)) === text;

/** The query string of every list. */
export const ListQuery = z.strictObject({
  limit: z._default(
    z.pipe(
      z.pipe(z.string().check(z.regex(/^\d{1,3}$/)), z.transform(Number)),
      z.int().check(z.minimum(1), z.maximum(100)),
    ),
    50,
  ),
  cursor: z.optional(z.pipe(z.string().check(z.refine(isCursor, 'not a cursor')), z.transform(decodeCursor))),
});
export type ListQuery = z.infer<typeof ListQuery>;

/** A page of a list as its response shows it. `next` is the cursor of the next page, null on the last one. */
export const pageOf = <T extends z.ZodMiniType>(item: T) =>
  z.object({ items: z.readonly(z.array(item)), next: z.nullable(z.string()) });

import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeIssues } from '#platform/http/body';
import { listPage } from '#platform/table/list';
import { encodeCursor, type ListQuery, listQuery } from '#platform/table/list-query';
import { shardOf, shardPartition, shardPartitions } from '#platform/table/list-shards';
import type { Operation } from '../../../embedded/aws/service.ts';
import { TABLE_NAME } from '../../fixtures/runtime.ts';
import { createTestTable } from '../../fixtures/table.ts';

const cursorOf = (text: string) => Buffer.from(text).toString('base64url');
const products = listQuery('products');
const list = 'products';
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.string({ minLength: 1, maxLength: 20 }));
const sorts = fc.uniqueArray(fc.stringMatching(/^[ -~]{1,12}$/), { maxLength: 12 });

const listOf = async (names: readonly string[], intercept?: (operation: Operation, name: string) => Operation) => {
  const { rt } = createTestTable(intercept && { intercept });
  const listPk = 'catalog#a#list#0';
  const put = (Item: Record<string, unknown>) => rt.db.send(new PutCommand({ TableName: TABLE_NAME, Item }));
  for (const name of names)
    await put({ pk: `catalog#a#product#${name}`, sk: 'product', listPk, listSk: name, more: 1 });
  await put({ pk: 'catalog#b#product#x', sk: 'product', listPk: 'catalog#b#list#0', listSk: 'm', more: 2 });
  return rt;
};

it.each(['', '0', '101', '1000', '-1', '1.5', '1e2', 'ten', ' 1', '1\n'])(
  'says what a limit may be instead of %j',
  (limit) => {
    const { error } = products.safeParse({ limit }, describeIssues);
    expect(error?.issues).toMatchObject([{ path: ['limit'], message: 'must be a whole number from 1 to 100' }]);
  },
);

it('accepts its own cursors and limits from 1 to 100, and nothing else', () =>
  // Red when the decoded cursor is not encoded again and compared, or may contain characters that no sort key has.
  fc.assert(
    fc.property(text, fc.integer({ min: -5, max: 1_200 }), (sort, limit) => {
      const printable = /^[ -~]+$/.test(sort);
      expect(products.safeParse({ cursor: encodeCursor(list, sort) }).success).toBe(printable);
      expect(products.safeParse({ cursor: `${encodeCursor(list, sort)}=` }).success).toBe(false);
      expect(products.safeParse({ cursor: cursorOf(sort) }).success).toBe(false);
      expect(products.safeParse({ limit: String(limit) }).success).toBe(limit >= 1 && limit <= 100);
    }),
  ));

it.each([{ limit: '1.5' }, { limit: 'x' }, { limit: '' }, { cursor: '' }, { cursor: '!' }, { page: '2' }])(
  'refuses %j',
  (query) => {
    expect(products.safeParse(query).success).toBe(false);
  },
);

it('has a limit of 50 by default', () => {
  expect(products.parse({})).toEqual({ list, limit: 50 });
  expect(products.parse({ limit: '100', cursor: encodeCursor(list, 'mug') })).toEqual({
    ...{ list, limit: 100, after: 'mug' },
  });
});

it('refuses the cursor of another list, and says so, because its place would skip items of this one', () => {
  const messagesOf = (cursor: string) => products.safeParse({ cursor }).error?.issues.map(({ message }) => message);
  for (const cursor of [encodeCursor('orders', 'mug'), encodeCursor('producers', 'mug'), '!', ''])
    expect(messagesOf(cursor)).toEqual(['not a cursor of this list']);
});

it("returns a list's items page by page, each once and in order, and no other list's", () =>
  // Red when a page repeats the cursor's item (`>=`), when `next` is the item after the page (one is lost) or is missing before the
  // last page, and when reading the items loses the order of the index.
  fc.assert(
    fc.asyncProperty(sorts, fc.integer({ min: 1, max: 5 }), fc.boolean(), async (names, limit, descending) => {
      const rt = await listOf(names);
      const seen: unknown[] = [];
      let query: ListQuery = { list, limit };
      for (let more = true; more; ) {
        // otherwise a page whose cursor is its own first item would repeat forever
        expect(seen.length).toBeLessThanOrEqual(names.length);
        const { items, next } = await listPage(rt, { ...query, shards: ['catalog#a#list#0'], descending });
        expect(items.length).toBeLessThanOrEqual(limit);
        if (names.length > 0) expect(items.length).toBeGreaterThan(0);
        for (const item of items) expect(item).toMatchObject({ more: 1 });
        seen.push(...items.map(({ listSk }) => listSk));
        more = next !== null;
        if (next) query = products.parse({ limit: String(limit), cursor: next });
      }
      const ordered = names.toSorted((a, b) => (a < b ? -1 : 1));
      expect(seen).toEqual(descending ? ordered.reverse() : ordered);
    }),
    { numRuns: 40 },
  ));

it('goes on behind a page of which one call returned only a part', async () => {
  const inPagesOfTwo = (operation: Operation, name: string): Operation =>
    name === 'Query' ? (input, caller) => operation({ ...input, Limit: 2 }, caller) : operation;
  const rt = await listOf(['a', 'b', 'c', 'd', 'e'], inPagesOfTwo);
  const pages: unknown[][] = [];
  let query: ListQuery = { list, limit: 5 };
  for (let next: string | null = ''; next !== null && pages.length < 9; ) {
    const page = await listPage(rt, { ...query, shards: ['catalog#a#list#0'] });
    pages.push(page.items.map(({ listSk }) => listSk));
    next = page.next;
    if (next) query = products.parse({ limit: '5', cursor: next });
  }
  expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
});

it('leaves out an item that was deleted after the index was read', async () => {
  const deleteAfterQuery = (operation: Operation, name: string): Operation =>
    name === 'Query'
      ? async (input, caller) => {
          const response = await operation(input, caller);
          await rt.db.send(new DeleteCommand({ TableName: TABLE_NAME, Key: { pk: 'p#b', sk: 's' } }));
          return response;
        }
      : operation;
  const { rt } = createTestTable({ intercept: deleteAfterQuery });
  for (const name of ['a', 'b', 'c']) {
    const Item = { pk: `p#${name}`, sk: 's', listPk: 'l', listSk: name };
    await rt.db.send(new PutCommand({ TableName: TABLE_NAME, Item }));
  }
  const { items, next } = await listPage(rt, { list, shards: ['l'], limit: 2 });
  expect(items.map(({ listSk }) => listSk)).toEqual(['a']);
  expect(next).toBe(encodeCursor(list, 'b'));
});

it('loses and repeats no item when the list gets more shards between two pages', async () => {
  const { rt } = createTestTable();
  const put = (name: string, count: number) => {
    const listPk = shardPartition('orders#a#list', shardOf(name, count));
    const Item = { pk: `orders#a#order#${name}`, sk: 'order', listPk, listSk: name };
    return rt.db.send(new PutCommand({ TableName: TABLE_NAME, Item }));
  };
  const before = Array.from({ length: 20 }, (_, n) => `${100 + n}`);
  const after = Array.from({ length: 20 }, (_, n) => `${200 + n}`);
  for (const name of before) await put(name, 1);

  const seen: unknown[] = [];
  const read = async (cursor: string | undefined, count: number) => {
    const query = products.parse({ limit: '7', cursor });
    const { items, next } = await listPage(rt, { ...query, shards: shardPartitions('orders#a#list', count) });
    seen.push(...items.map(({ listSk }) => listSk));
    return next ?? undefined;
  };
  let cursor = await read(undefined, 1);
  for (const name of after) await put(name, 4);
  while (cursor !== undefined) cursor = await read(cursor, 4);
  expect(seen).toEqual([...before, ...after]);
});

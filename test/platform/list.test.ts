import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ListQuery, listPage } from '#platform/table/list';
import { tableWorld } from './fixtures/table.ts';
import { TABLE_NAME } from './fixtures/world.ts';

const cursorOf = (text: string) => Buffer.from(text).toString('base64url');
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.string({ minLength: 1, maxLength: 20 }));
const sorts = fc.uniqueArray(fc.stringMatching(/^[ -~]{1,12}$/), { maxLength: 12 });

const listOf = async (names: readonly string[], listPk = 'catalog#a#list#0') => {
  const { rt } = tableWorld();
  const put = (Item: Record<string, unknown>) => rt.db.send(new PutCommand({ TableName: TABLE_NAME, Item }));
  for (const name of names)
    await put({ pk: `catalog#a#product#${name}`, sk: 'product', listPk, listSk: name, more: 1 });
  await put({ pk: 'catalog#b#product#x', sk: 'product', listPk: 'catalog#b#list#0', listSk: 'm', more: 2 });
  return rt;
};

it('takes its own cursors and the limits that it names, and nothing else', () =>
  // Red when the cursor is decoded without being encoded again, or may hold what no sort key holds.
  fc.assert(
    fc.property(text, fc.integer({ min: -5, max: 1_200 }), (sort, limit) => {
      const printable = /^[ -~]+$/.test(sort);
      expect(ListQuery.safeParse({ cursor: cursorOf(sort) }).success).toBe(printable);
      expect(ListQuery.safeParse({ cursor: `${cursorOf(sort)}=` }).success).toBe(false);
      expect(ListQuery.safeParse({ limit: String(limit) }).success).toBe(limit >= 1 && limit <= 100);
    }),
  ));

it.each([{ limit: '1.5' }, { limit: 'x' }, { limit: '' }, { cursor: '' }, { cursor: '!' }, { page: '2' }])(
  'refuses %j',
  (query) => {
    expect(ListQuery.safeParse(query).success).toBe(false);
  },
);

it('shows 50 items unless asked for more or less', () => {
  expect(ListQuery.parse({})).toEqual({ limit: 50 });
  expect(ListQuery.parse({ limit: '100', cursor: cursorOf('mug') })).toEqual({ limit: 100, cursor: 'mug' });
});

it("brings a list's items page by page, each once and in order, and nobody else's", () =>
  // Red when the cursor's item is brought again (`>=`), when `next` is the item after the page (one is lost) or missing where there
  // is more, and when the order of the index is lost in the reading of the items.
  fc.assert(
    fc.asyncProperty(sorts, fc.integer({ min: 1, max: 5 }), fc.boolean(), async (names, limit, descending) => {
      const rt = await listOf(names);
      const seen: unknown[] = [];
      let query: ListQuery = { limit };
      for (let more = true; more; ) {
        // Else a page that begins where it ends would never let it end.
        expect(seen.length).toBeLessThanOrEqual(names.length);
        const { items, next } = await listPage(rt, { ...query, listPk: 'catalog#a#list#0', descending });
        expect(items.length).toBeLessThanOrEqual(limit);
        if (names.length > 0) expect(items.length).toBeGreaterThan(0);
        for (const item of items) expect(item).toMatchObject({ more: 1 });
        seen.push(...items.map(({ listSk }) => listSk));
        more = next !== null;
        if (next) query = ListQuery.parse({ limit: String(limit), cursor: next });
      }
      const ordered = names.toSorted((a, b) => (a < b ? -1 : 1));
      expect(seen).toEqual(descending ? ordered.reverse() : ordered);
    }),
    { numRuns: 40 },
  ));

it('leaves out an item that has gone since the index named it', async () => {
  const { rt } = tableWorld((table) => ({
    ...table,
    operations: {
      ...table.operations,
      // The index answers, and only then the item goes.
      Query: async (input, caller) => {
        const answer = await table.operations['Query']?.(input, caller);
        await rt.db.send(new DeleteCommand({ TableName: TABLE_NAME, Key: { pk: 'p#b', sk: 's' } }));
        return answer;
      },
    },
  }));
  for (const name of ['a', 'b', 'c']) {
    const Item = { pk: `p#${name}`, sk: 's', listPk: 'l', listSk: name };
    await rt.db.send(new PutCommand({ TableName: TABLE_NAME, Item }));
  }
  const { items, next } = await listPage(rt, { listPk: 'l', limit: 2 });
  expect(items.map(({ listSk }) => listSk)).toEqual(['a']);
  expect(next).toBe(cursorOf('b'));
});

import { PutCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIST_INDEX } from '#platform/manifest';
import { shardOf, shardPartition, shardPartitions } from '#platform/table/list-shards';
import { mergedPage } from '#platform/table/merged-page';
import { type Operation, ServiceError } from '../../../embedded/aws/service.ts';
import { TABLE_NAME } from '../../fixtures/runtime.ts';
import { createTestTable } from '../../fixtures/table.ts';

const LIST = 'orders#t1#list';
type Entry = { readonly name: string; readonly shard: number };

const tableOf = async (entries: readonly Entry[], intercept?: (operation: Operation, name: string) => Operation) => {
  const table = createTestTable(intercept && { intercept });
  for (const { name, shard } of entries) {
    const Item = { pk: `orders#t1#order#${name}`, sk: 'order', listPk: shardPartition(LIST, shard), listSk: name };
    await table.rt.db.send(new PutCommand({ TableName: TABLE_NAME, Item }));
  }
  return table;
};
const sorted = (entries: readonly Entry[]) => entries.map(({ name }) => name).toSorted((a, b) => (a < b ? -1 : 1));

describe('the shard of an id', () => {
  it('never changes, so that an id is found where it was put', () => {
    const ids = ['823c5b0aefcd22824e2d9d56cd', 'o1', 'o3'];
    expect(ids.map((id) => [shardOf(id, 16), shardOf(id, 4), shardOf(id, 1)])).toEqual([
      [0, 0, 0],
      [2, 2, 0],
      [12, 0, 0],
    ]);
  });

  it('is each of the shards about equally often', () => {
    const counts = new Map<number, number>();
    for (let n = 0; n < 16_000; n += 1) {
      const shard = shardOf(`order-${n}`, 16);
      counts.set(shard, (counts.get(shard) ?? 0) + 1);
    }
    expect([...counts.keys()].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, n) => n));
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });
});

const names = fc.uniqueArray(fc.stringMatching(/^[ -~]{1,8}$/), { maxLength: 30 });
const lists = fc
  .tuple(names, fc.integer({ min: 1, max: 5 }))
  .chain(([all, shards]) =>
    fc.tuple(
      fc.tuple(...all.map((name) => fc.record({ name: fc.constant(name), shard: fc.nat(shards - 1) }))),
      fc.constant(shards),
    ),
  );

describe('the pages of a list', () => {
  it('are together the list in its order, each entry once, however it is spread and whatever one call returns', () =>
    // Red when a page ends at its last entry while a shard was read in part, when a page repeats the entry at its place, and when the
    // shards are not merged.
    fc.assert(
      fc.asyncProperty(
        lists,
        fc.record({ limit: fc.integer({ min: 1, max: 7 }), callLimit: fc.integer({ min: 1, max: 7 }) }),
        fc.boolean(),
        async ([entries, shards], { limit, callLimit }, descending) => {
          const inShortPages = (operation: Operation, name: string): Operation =>
            name === 'Query'
              ? (input, caller) => operation({ ...input, Limit: Math.min(Number(input['Limit']), callLimit) }, caller)
              : operation;
          const { rt } = await tableOf(entries, inShortPages);
          const seen: unknown[] = [];
          let after: string | undefined;
          do {
            const page = await mergedPage(rt, {
              ...{ index: LIST_INDEX, shards: shardPartitions(LIST, shards), after, limit, descending },
            });
            expect(page.entries.length).toBeLessThanOrEqual(limit);
            // otherwise a page without progress would repeat forever
            expect(seen.length).toBeLessThanOrEqual(entries.length);
            seen.push(...page.entries.map(({ listSk }) => listSk));
            after = page.next;
          } while (after !== undefined);
          expect(seen).toEqual(descending ? sorted(entries).reverse() : sorted(entries));
        },
      ),
      { numRuns: 60 },
    ));

  it('are those up to a place, and with the entry in it', async () => {
    const { rt } = await tableOf(['a', 'b', 'c', 'd'].map((name, n) => ({ name, shard: n % 2 })));
    const range = { index: LIST_INDEX, shards: shardPartitions(LIST, 2), until: 'c', limit: 2 } as const;
    const first = await mergedPage(rt, range);
    expect([first.entries.map(({ listSk }) => listSk), first.next]).toEqual([['a', 'b'], 'b']);
    const second = await mergedPage(rt, { ...range, after: first.next });
    expect([second.entries.map(({ listSk }) => listSk), second.next]).toEqual([['c'], undefined]);
    expect(await mergedPage(rt, { ...range, after: 'c' })).toEqual({ entries: [] });
  });

  it('fail where one shard cannot be read, because a page without it would skip its entries', async () => {
    const failing = (operation: Operation, name: string): Operation =>
      name === 'Query'
        ? (input, caller) => {
            if (JSON.stringify(input).includes(shardPartition(LIST, 2))) throw new ServiceError('Broken', 'broken');
            return operation(input, caller);
          }
        : operation;
    const { rt } = await tableOf([{ name: 'a', shard: 0 }], failing);
    const range = { index: LIST_INDEX, limit: 9 } as const;
    expect((await mergedPage(rt, { ...range, shards: shardPartitions(LIST, 2) })).entries).toHaveLength(1);
    await expect(mergedPage(rt, { ...range, shards: shardPartitions(LIST, 3) })).rejects.toThrow('broken');
  });

  it('read all shards at once', async () => {
    let [running, most] = [0, 0];
    const counting = (operation: Operation, name: string): Operation =>
      name === 'Query'
        ? async (input, caller) => {
            running += 1;
            most = Math.max(most, running);
            await new Promise((resolve) => setImmediate(resolve));
            running -= 1;
            return operation(input, caller);
          }
        : operation;
    const { rt } = await tableOf([], counting);
    await mergedPage(rt, { index: LIST_INDEX, shards: shardPartitions(LIST, 5), limit: 9 });
    expect(most).toBe(5);
  });
});

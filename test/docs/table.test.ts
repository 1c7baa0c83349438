import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { contexts } from '#contexts';
import { type FunctionSpec, functionId } from '#platform/manifest';

const WRITES = ['PutItem', 'UpdateItem', 'DeleteItem'];

const ROOT = join(import.meta.dirname, '../..');
const text = readFileSync(join(ROOT, 'docs/table.md'), 'utf8');
const sectionOf = (title: string) => new RegExp(`## ${title}\\n([\\s\\S]*?)\\n## `).exec(text)?.[1] ?? '';
const items = sectionOf('Items');
const rowsOf = (section: string) => section.split('\n').map((line) => line.split('|').slice(1, -1));

/** Expands `orders-write, -confirm`, which is short for `orders-write, orders-confirm`. */
const expandNames = (list: string): string[] => {
  let context = '';
  return list.split(',').map((name) => {
    const trimmed = name.trim();
    if (!trimmed.startsWith('-')) context = trimmed.split('-')[0] ?? '';
    return trimmed.startsWith('-') ? `${context}${trimmed}` : trimmed;
  });
};

const documented = items
  .split('\n')
  .filter((line) => line.includes('`'))
  .flatMap((line) => {
    const cells = line.split('|').slice(1, -1);
    const of = /`(\w+)#/.exec(cells[1] ?? '')?.[1];
    const writers = cells[4]?.trim() ?? '';
    return (writers === '-' ? [] : expandNames(writers)).map((writer) => `${writer} writes ${of}#`);
  });

const granted = contexts.flatMap(({ context, functions }) =>
  Object.entries<FunctionSpec>(functions).flatMap(([name, { grants }]) =>
    grants
      .filter(({ may }) => may.some((action) => WRITES.includes(action)))
      .map(({ of }) => `${functionId(context, name)} writes ${of}#`),
  ),
);

it('lists exactly the writers of each item in docs/table.md', () => {
  expect(documented.length).toBeGreaterThan(20);
  expect([...new Set(documented)].sort()).toEqual([...new Set(granted)].sort());
});

/** The number of a shard is left out: `orders#<t>#list#<n>` of the page, and `orders#<t>#list#0` of a table without shards. */
const withoutShard = (partition: string) => partition.replace(/#(?:\d+|<n>)$/, '');

/** A key that an item has in an index: `listPk: productList(product.tenantId)` or `duePk: RETURNS_LIST`. */
const ENTRY = /\b(list|due)Pk: (\w+)/g;
/** Types and schemas of a key, which write nothing. */
const NO_VALUES = ['string', 'z', 'textOf'];

/** The partitions of the indexes that the tables of contexts write, of a tenant `<t>`: `list orders#<t>#list`. */
const findLists = async (): Promise<readonly string[]> => {
  const files = globSync('functions/*/table/*.ts', { cwd: ROOT });
  const lists = await Promise.all(
    files.map(async (file) => {
      const written = [...readFileSync(join(ROOT, file), 'utf8').matchAll(ENTRY)].filter(
        ([, , name = '']) => !NO_VALUES.includes(name),
      );
      if (written.length === 0) return [];
      const keys: Readonly<Record<string, unknown>> = await import(join(ROOT, file, '../keys.ts'));
      return written.map(([entry, index, name = '']) => {
        const key = keys[name];
        // a tenant, then the id of an item and a number of shards, where it takes them
        const partition = typeof key === 'function' ? key('<t>', '1', '1') : key;
        if (typeof partition !== 'string') throw new Error(`${file}: ${entry}: ${name} is no key of keys.ts`);
        return `${index} ${withoutShard(partition)}`;
      });
    }),
  );
  return [...new Set(lists.flat())].sort();
};

it('lists every list of the indexes in docs/table.md, at its item and with its ceiling', async () => {
  const lists = await findLists();
  expect(lists.length).toBeGreaterThan(5);
  const ceilings = rowsOf(sectionOf('Ceilings')).flatMap(([key = '', of = '']) => {
    const index = / index (\w+) /.exec(of)?.[1];
    return index ? [`${index} ${withoutShard(key.trim().replaceAll('`', ''))}`] : [];
  });
  expect(ceilings.sort()).toEqual(lists);
  const ofItems = rowsOf(items).flatMap(([, , , cell = '']) =>
    [...cell.matchAll(/(in `due` \()?`([^`]*#[^`]*)`/g)]
      .filter(([, , name = '']) => !name.includes('#<orderId>') && !name.startsWith('<'))
      .map(([, due, name = '']) => `${due ? 'due' : 'list'} ${withoutShard(name)}`),
  );
  expect(ofItems.sort()).toEqual(lists);
});

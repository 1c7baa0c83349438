import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PartitionUnits } from './meter.ts';
import { ceilingOf, sharedPartitions } from './partitions.ts';
import { meterPath } from './paths.ts';

const document = readFileSync(new URL('../../../docs/table.md', import.meta.url), 'utf8');

/** The rows of a section's table, without its head. */
const rowsOf = (title: string): readonly (readonly string[])[] =>
  (document.split('\n## ').find((section) => section.startsWith(`${title}\n`)) ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| `') || line.includes('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

type Row = { readonly key: string; readonly of: string; readonly cells: readonly string[] };
const documented = rowsOf('Ceilings').map(
  ([key = '', of = '', ...cells]): Row => ({ key: key.replaceAll('`', ''), of, cells: cells.slice(0, 4) }),
);

const toPattern = (key: string) => new RegExp(`^${key.replaceAll('.', '\\.').replaceAll(/<\w+>/g, '[^#]+?')}$`);
/** Literal names such as `due#orders#turn` also match `due#orders#<n>`, so the longest literal text counts. */
const literalLength = ({ key }: Row) => key.replaceAll(/<\w+>/g, '').length;
const findRow = ({ index, partitionKey }: PartitionUnits): Row | undefined =>
  documented
    .filter(({ key, of }) => toPattern(key).test(partitionKey) && of === (index ? `index ${index}` : 'table'))
    .sort((a, b) => literalLength(b) - literalLength(a))[0];

/** Each order has a key value of its own. A context that `npm run new:context` creates calls the id of its item `<id>`. */
const isOwn = ({ key }: Row) => key.includes('<orderId>') || key.endsWith('#<id>');

describe('docs/table.md states the ceiling of each key value', () => {
  let confirmed: readonly PartitionUnits[];
  let declined: readonly PartitionUnits[];
  beforeAll(async () => {
    const meter = async (path: 'confirmed' | 'declined') => (await meterPath(path, { functionMs: 30 })).byPartition;
    [confirmed, declined] = [await meter('confirmed'), await meter('declined')];
  });

  it('has a row for every key value that an order uses', () => {
    expect([...confirmed, ...declined].filter((partition) => !findRow(partition))).toEqual([]);
  });

  it('has a row for every key of an item and of a list, except those of the sandbox', () => {
    const keys = rowsOf('Items').flatMap(([, pk = '', , list = '']) =>
      [...`${pk} ${list}`.matchAll(/`(\w+#[^`]*)`/g)].map(([, key = '']) => key),
    );
    const missing = keys.filter(
      (key) =>
        !key.startsWith('sandbox#') && !documented.some((row) => row.key === key || toPattern(row.key).test(key)),
    );
    expect(keys.length).toBeGreaterThan(20);
    expect(missing).toEqual([]);
  });

  it('states the units that an order consumes of it, and the orders a second that follow', () => {
    const measured = documented.map((row) => {
      const ofRow = (partitions: readonly PartitionUnits[]) =>
        partitions.filter((partition) => findRow(partition) === row).sort((a, b) => ceilingOf(a) - ceilingOf(b))[0];
      const [units, unitsOfDeclined] = [ofRow(confirmed), ofRow(declined)];
      const shown = (value: number | undefined) => (value === undefined || isOwn(row) ? '-' : String(value));
      return [
        ...[row.key, shown(units?.writeUnits), shown(units?.readUnits), shown(units && ceilingOf(units))],
        shown(unitsOfDeclined && ceilingOf(unitsOfDeclined)),
      ].join(' | ');
    });
    expect(documented.map(({ key, cells }) => [key, ...cells].join(' | '))).toEqual(measured);
  });

  it('starts with the key value whose ceiling is the lowest for all tenants, as the bench does', () => {
    const [busiest] = sharedPartitions(confirmed);
    expect(busiest && ceilingOf(busiest)).toBe(500);
    expect(sharedPartitions(confirmed).every(({ partitionKey }) => !partitionKey.includes('<orderId>'))).toBe(true);
  });
});

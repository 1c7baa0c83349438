import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { contexts } from '#contexts';
import { type FunctionSpec, functionId } from '#platform/manifest';

const WRITES = ['PutItem', 'UpdateItem', 'DeleteItem'];

const text = readFileSync(new URL('../../docs/table.md', import.meta.url), 'utf8');
const [, items = ''] = /## Items\n([\s\S]*?)\n## /.exec(text) ?? [];

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

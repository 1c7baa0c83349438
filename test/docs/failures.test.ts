import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const exists = (path: string) => existsSync(new URL(`../../${path}`, import.meta.url));

const rows = read('docs/failures.md')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| Failure') && !line.startsWith('|---'))
  .map((line) => line.split('|').slice(1, -1));

it('has a class, what is seen, and existing tests for every failure', () => {
  expect(rows.length).toBeGreaterThan(30);
  for (const cells of rows) {
    expect(cells).toHaveLength(5);
    const [failure = '', kind = '', , , tests = ''] = cells;
    expect(kind.trim(), failure).toMatch(/^[tpc-]$/);
    const named = [...tests.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
    if (kind.trim() !== 'c') expect(named.length, failure).toBeGreaterThan(0);
    const missing = named.filter((name) => !exists(`test/${name}.test.ts`));
    expect(missing, failure).toEqual([]);
  }
});

it('links runbooks that exist', () => {
  const linked = [...read('docs/failures.md').matchAll(/\(runbooks\/([\w-]+)\.md\)/g)].map(([, name]) => name);
  expect(linked.length).toBeGreaterThan(8);
  expect(linked.filter((name) => !exists(`docs/runbooks/${name}.md`))).toEqual([]);
});

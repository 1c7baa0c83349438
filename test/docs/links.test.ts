import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const documents = execFileSync('git', ['ls-files', '*.md'], { cwd: ROOT, encoding: 'utf8' })
  .split('\n')
  .filter(Boolean);

/** Targets of relative links, without their anchors. */
const linksOf = (text: string) =>
  [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)/g)].map(([, target = '']) => target);

it('links only to files that exist', () => {
  const links = documents.flatMap((path) => linksOf(read(path)).map((target) => ({ path, target })));
  expect(links.length).toBeGreaterThan(80);
  expect(links.filter(({ path, target }) => !existsSync(join(ROOT, dirname(path), target)))).toEqual([]);
});

const decisions = readdirSync(join(ROOT, 'docs/adr')).filter((name) => /^\d{4}-/.test(name));

it('gives every ADR a status', () => {
  const withoutStatus = decisions.filter(
    (name) => !/^# .+\n\n\*\*Status:\*\* (proposed|accepted|superseded by )/.test(read(`docs/adr/${name}`)),
  );
  expect(withoutStatus).toEqual([]);
});

it('lists every ADR once in the index, under its title', () => {
  const titles = decisions.map((name) => ({ name, title: /^# (.+)$/m.exec(read(`docs/adr/${name}`))?.[1] }));
  const listed = [...read('docs/adr/README.md').matchAll(/^- \[(.+)\]\((\d{4}-.+\.md)\): /gm)];
  expect(
    listed.map(([, title, name]) => ({ name, title })).sort((a, b) => (`${a.name}` < `${b.name}` ? -1 : 1)),
  ).toEqual(titles);
});

it('gives the reason for every runtime dependency in ADR 6', () => {
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
  const rows = read('docs/adr/0006-runtime-dependencies.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const named = rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`(@?[a-z][^`]*)`/g)].map(([, name]) => name),
  );
  const packages = named.filter((name) => !name?.startsWith('zod/'));
  expect(packages.sort()).toEqual(Object.keys(dependencies).sort());
});

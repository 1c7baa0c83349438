import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { expect, test } from 'vitest';
import { mutants } from './list.ts';
import { patched } from './patch.ts';

const ROOT = join(import.meta.dirname, '../../..');

test('there are at least 25, each under a name of its own', () => {
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  expect(mutants.length).toBeGreaterThanOrEqual(25);
});

test.each(mutants)('$name: $bug', (mutant) => {
  const source = patched(mutant, readFileSync(join(ROOT, mutant.file), 'utf8'));
  expect(() => transformSync(source, { loader: mutant.file.endsWith('.json') ? 'json' : 'ts' })).not.toThrow();
});

test('a patch that does not fit is refused', () => {
  const [mutant] = mutants;
  if (!mutant) throw new Error('there is no mutant');
  expect(() => patched(mutant, '')).toThrow(/occurs 0 times/);
  expect(() => patched(mutant, `${mutant.from}${mutant.from}`)).toThrow(/occurs 2 times/);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { expect, test } from 'vitest';
import { mutants } from './list.ts';
import { applyPatch } from './patch.ts';

const ROOT = join(import.meta.dirname, '../../..');

test('there are at least 50 mutants, each with a unique name', () => {
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  expect(mutants.length).toBeGreaterThanOrEqual(50);
});

test.each(mutants)('$name matches the product once and yields valid TypeScript: $bug', (mutant) => {
  const source = applyPatch(mutant, readFileSync(join(ROOT, mutant.file), 'utf8'));
  expect(() => transformSync(source, { loader: 'ts' })).not.toThrow();
});

test('a patch that does not match exactly once is rejected', () => {
  const [mutant] = mutants;
  if (!mutant) throw new Error('there is no mutant');
  expect(() => applyPatch(mutant, '')).toThrow(/occurs 0 times/);
  expect(() => applyPatch(mutant, `${mutant.from}${mutant.from}`)).toThrow(/occurs 2 times/);
});

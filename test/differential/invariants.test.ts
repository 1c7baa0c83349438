import { expect, it } from 'vitest';
import { checkSequences } from './check.ts';
import { expectCoverage } from './coverage.ts';
import { createCheckedTable } from './invariants.ts';
import { createTally } from './play.ts';

it('holds the embedded tables to their invariants over generated sequences', { timeout: 120_000 }, async () => {
  const counts = createTally();
  await checkSequences(createCheckedTable, counts);
  expectCoverage(counts);
  expect(counts.calls).toBeGreaterThan(6_000);
});

import { expect, test } from 'vitest';
import { bundle, ROOT } from './bundle.ts';
import { type Explored, explore } from './explore.ts';
import type { Mutant } from './mutants/mutant.ts';
import { mutantPlugin } from './mutants/patch.ts';
import { tenants } from './mutants/tenants.ts';

/** The most seeds that the simulator needs to find one of these bugs. */
const MAX_SEEDS = 100;

const exploreWith = async (mutant: Mutant, tenantGuard: boolean): Promise<Explored> => {
  const mutantBundle = await bundle([mutantPlugin(ROOT, mutant)]);
  const options = { bundle: mutantBundle, from: 1, seeds: MAX_SEEDS, workers: 1, shrink: 'nothing' } as const;
  return await explore({ ...options, tenantGuard }).finally(mutantBundle.remove);
};
/** The invariant that the first run violates that fails; undefined if none does. */
const violatedBy = ({ failures: [failure] }: Explored) => {
  if (failure && 'error' in failure) throw new Error(failure.error);
  return failure?.outcome.violation?.invariant;
};

const foreign = tenants.filter(({ usesForeignKeys }) => usesForeignKeys);

test('at least eight bugs of tenants use foreign keys', () => {
  expect(foreign.length).toBeGreaterThanOrEqual(8);
});

test.each(foreign)('without the guard a foreign key is used, and found: $name', async (mutant) => {
  expect(violatedBy(await exploreWith(mutant, false))).toBe(7);
});

test.each(foreign)('the guard refuses every foreign key, and the refusals are found: $name', async (mutant) => {
  const invariant = violatedBy(await exploreWith(mutant, true));
  expect(invariant).toBeDefined();
  expect(invariant).not.toBe(7);
});

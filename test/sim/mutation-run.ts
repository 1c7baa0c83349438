import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { bundle, ROOT } from './bundle.ts';
import { explore } from './explore.ts';
import { mutants } from './mutants/list.ts';
import type { Mutant } from './mutants/mutant.ts';
import { mutantPlugin } from './mutants/patch.ts';

/** `npm run sim:mutants [-- NAME ...]`: for each mutant the seed that finds it and the invariant that it violates. */
const MAX_SEEDS = 500;

/** The first failure with this mutant planted; undefined if no seed finds it. */
const findMutant = async (mutant: Mutant): Promise<string | undefined> => {
  const mutantBundle = await bundle([mutantPlugin(ROOT, mutant)]);
  try {
    const explored = await explore({
      ...{ bundle: mutantBundle, from: 1, seeds: MAX_SEEDS, workers: availableParallelism(), shrink: 'nothing' },
      tenantGuard: !mutant.usesForeignKeys,
    });
    const [failure] = explored.failures;
    if (!failure) return undefined;
    if ('error' in failure) throw new Error(`${mutant.name}, seed ${failure.seed}: ${failure.error}`);
    const { seed, violation } = failure.outcome;
    return `seed ${seed}, invariant ${violation?.invariant}: ${violation?.message}`;
  } finally {
    await mutantBundle.remove();
  }
};

const { positionals } = parseArgs({ allowPositionals: true });
const selected = positionals.length > 0 ? mutants.filter(({ name }) => positionals.includes(name)) : mutants;
let missed = 0;
for (const mutant of selected) {
  const result = await findMutant(mutant);
  if (result === undefined) missed += 1;
  console.log(`${mutant.name}: ${mutant.bug}\n  ${result ?? `NOT FOUND within ${MAX_SEEDS} seeds`}`);
}
console.log(`${selected.length - missed} of ${selected.length} found`);
process.exitCode = missed === 0 ? 0 : 1;

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { bundle, ROOT } from './bundle.ts';
import { explore } from './explore.ts';
import { mutants } from './mutants/list.ts';
import type { Mutant } from './mutants/mutant.ts';
import { mutantPlugin } from './mutants/patch.ts';

/** `npm run sim:mutants [-- NAME ...]`: for each mutant the seed that finds it and the invariant that it violates. */
const MAX_SEEDS = 500;

type Finding = { readonly found: boolean; readonly text: string };

/** The first violation with this mutant planted. A run that ends in an error has found nothing: it says what the simulator could not do. */
const findMutant = async (mutant: Mutant): Promise<Finding> => {
  const mutantBundle = await bundle([mutantPlugin(ROOT, mutant)]);
  try {
    const explored = await explore({
      ...{ bundle: mutantBundle, from: 1, seeds: MAX_SEEDS, workers: availableParallelism(), shrink: 'nothing' },
      tenantGuard: !mutant.usesForeignKeys,
    });
    const [failure] = explored.failures;
    if (!failure) return { found: false, text: `NOT FOUND within ${MAX_SEEDS} seeds` };
    if ('error' in failure) return { found: false, text: `NOT FOUND: seed ${failure.seed} ended in ${failure.error}` };
    const { seed, violation } = failure.outcome;
    return { found: true, text: `seed ${seed}, invariant ${violation?.invariant}: ${violation?.message}` };
  } finally {
    await mutantBundle.remove();
  }
};

const { positionals } = parseArgs({ allowPositionals: true });
const selected = positionals.length > 0 ? mutants.filter(({ name }) => positionals.includes(name)) : mutants;
let missed = 0;
for (const mutant of selected) {
  const { found, text } = await findMutant(mutant);
  if (!found) missed += 1;
  console.log(`${mutant.name}: ${mutant.bug}\n  ${text}`);
}
console.log(`${selected.length - missed} of ${selected.length} found`);
process.exitCode = missed === 0 ? 0 : 1;

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { bundle, ROOT } from './bundle.ts';
import { explore } from './explore.ts';
import { mutants } from './mutants/list.ts';
import type { Mutant } from './mutants/mutant.ts';
import { planting } from './mutants/patch.ts';

/** `npm run sim:mutants [-- NAME ...]`: each planted bug, the seed that found it, and the invariant that it broke. */
const SEEDS = 500;

const found = async (mutant: Mutant): Promise<string | undefined> => {
  const built = await bundle([planting(ROOT, mutant)]);
  try {
    const explored = await explore({
      ...{ bundle: built, from: 1, seeds: SEEDS, workers: availableParallelism(), shrinks: 'nothing' },
    });
    const [failure] = explored.failures;
    if (!failure) return undefined;
    if ('error' in failure) throw new Error(`${mutant.name}, seed ${failure.seed}: ${failure.error}`);
    const { seed, violation } = failure.outcome;
    return `seed ${seed}, invariant ${violation?.invariant}: ${violation?.message}`;
  } finally {
    await built.remove();
  }
};

const { positionals } = parseArgs({ allowPositionals: true });
const wanted = positionals.length > 0 ? mutants.filter(({ name }) => positionals.includes(name)) : mutants;
let alive = 0;
for (const mutant of wanted) {
  const line = await found(mutant);
  if (line === undefined) alive += 1;
  console.log(`${mutant.name}: ${mutant.bug}\n  ${line ?? `NOT FOUND within ${SEEDS} seeds`}`);
}
console.log(`${wanted.length - alive} of ${wanted.length} found`);
process.exitCode = alive === 0 ? 0 : 1;

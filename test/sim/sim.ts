import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { contexts } from '#contexts';
import { type Bundle, bundle, ROOT } from './bundle.ts';
import { cellsOf } from './cells.ts';
import { type Explored, explore } from './explore.ts';
import { type Kind, kinds } from './faults.ts';
import { mutants } from './mutants/list.ts';
import type { Mutant } from './mutants/mutant.ts';
import { mutantPlugin } from './mutants/patch.ts';
import { matrixText, playMatrix } from './play-matrix.ts';
import { READ_ACTS } from './readers.ts';
import { type Regression, readRegression, writeRegression } from './regressions.ts';
import { failureText, parseFaults, summaryText } from './report.ts';

const USAGE = `npm run sim -- [--seeds N] [--from SEED] [--orders N] [--workers N] [--only FAULTS] [--kinds KINDS]
            [--mutant NAME [--guard]] [--save FILE]
npm run sim -- --replay FILE [--mutant NAME] [--seeds N] [--from SEED] [--save FILE]
npm run sim -- --matrix [--part N/PARTS] [--mutant NAME] [--workers N]

Simulates N runs of Breakwater under faults and checks its invariants. The same seed is the same run.
  --seeds    number of seeds (500)               --from    first seed (random, printed)
  --orders   orders of each seed (5 to 40)       --workers processes (one per core)
  --only     only these of the seed's faults, as a failing seed prints them
  --kinds    only the faults of these kinds, comma-separated
  --mutant   with this bug planted, see npm run sim:mutants
  --guard    with the guard of the table on, also for a bug that uses keys of other tenants, which is off then by default
  --save     saves the first run that fails, with its plan and faults shrunk, to this file
  --replay   the run of such a file; with --seeds and --from its plan and faults with other seeds
  --matrix   instead of seeds: every function that works on its own fails or is stopped for 5 minutes to 24 hours
  --part     only this part of the matrix, such as 2/13`;

/** From this many seeds on, each kind of fault must have struck at least once per seed on average, and these once in this many seeds. */
const MIN_SEEDS_TO_CHECK_FAULTS = 500;
const SEEDS_PER_STRIKE: Partial<Record<Kind, number>> = { 'parked orders resumed': 20, 'table restored': 20 };
/** Each read must have found something at least once in this many seeds. */
const SEEDS_PER_READ = 10;
const PROGRESS_INTERVAL_MS = 5_000;

const parseWholeNumber = (name: string, text: string | undefined, min: number): number | undefined => {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= min) return value;
  throw new Error(`--${name} takes a whole number from ${min}, not "${text}"\n\n${USAGE}`);
};

const parseKinds = (text: string): readonly Kind[] =>
  text.split(',').map((name) => {
    const kind = kinds.find((candidate) => candidate === name.trim());
    if (!kind) throw new Error(`--kinds takes kinds of faults, comma-separated, not "${name}"\n\n${kinds.join('\n')}`);
    return kind;
  });

/** Plays the matrix or a part of it. */
const runMatrix = async (backendBundle: Bundle, workers: number, part: string | undefined) => {
  const [, n = '1', parts = '1'] = /^(\d+)\/(\d+)$/.exec(part ?? '1/1') ?? [];
  const cells = cellsOf(contexts).filter((_, index) => index % Number(parts) === Number(n) - 1);
  if (cells.length === 0) throw new Error(`--part takes a part such as 2/13, not "${part}"\n\n${USAGE}`);
  console.log(`${cells.length} cells of the matrix with ${workers} workers`);
  const played = await playMatrix(backendBundle, cells, workers);
  console.log(matrixText(played));
  process.exitCode = played.problems.length > 0 ? 1 : 0;
};

type Bug = Pick<Regression, 'bug' | 'mutant'>;

/** Without a mutant both are empty, for a person to fill in. */
const bugOf = (mutant: Mutant | undefined): Bug => ({ bug: mutant?.bug ?? '', mutant: mutant?.name ?? '' });

/** Saves the first run that failed. Returns the path, or undefined if there is no such run. */
const saveFailure = (path: string, { failures }: Explored, { bug, mutant }: Bug): string | undefined => {
  for (const failure of failures) {
    if ('error' in failure || !failure.plan) continue;
    const { seed, struck, violation } = failure.outcome;
    const invariant = violation?.invariant ?? 0;
    writeRegression(path, { bug, mutant, invariant, seed, faults: struck, plan: failure.plan });
    console.log(
      `seed ${seed} is saved in ${path}${bug === '' ? '; fill in the bug, and the mutant that plants it' : ''}`,
    );
    return path;
  }
  console.log(`no run violated an invariant: ${path} is not written`);
  return undefined;
};

const main = async () => {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      ...{ seeds: text, from: text, orders: text, workers: text, only: text, mutant: text, save: text, replay: text },
      ...{ kinds: text, part: text },
      matrix: { type: 'boolean' },
      guard: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return console.log(USAGE);
  const replayed = values.replay === undefined ? undefined : readRegression(values.replay);
  if (replayed && (values.orders ?? values.only) !== undefined)
    throw new Error(`--replay takes its orders and faults from its file\n\n${USAGE}`);
  const seeds = parseWholeNumber('seeds', values.seeds, 1) ?? (replayed ? 1 : 500);
  const from = parseWholeNumber('from', values.from, 0) ?? replayed?.seed ?? Math.floor(Math.random() * 1_000_000_000);
  const orders = parseWholeNumber('orders', values.orders, 1);
  const workers = parseWholeNumber('workers', values.workers, 1) ?? availableParallelism();
  const only = values.only === undefined ? undefined : parseFaults(values.only);
  const mutant = mutants.find(({ name }) => name === values.mutant);
  if (values.mutant !== undefined && !mutant) throw new Error(`there is no mutant ${values.mutant}`);

  const selectedKinds = values.kinds === undefined ? undefined : parseKinds(values.kinds);

  if (!values.matrix) console.log(`${seeds} seeds from ${from} with ${workers} workers`);
  const startedAtMs = Date.now();
  let printedAtMs = startedAtMs;
  const onProgress = ({ seeds: finished, orders: placed }: Explored) => {
    if (Date.now() - printedAtMs < PROGRESS_INTERVAL_MS) return;
    printedAtMs = Date.now();
    const perSecond = finished / ((printedAtMs - startedAtMs) / 1_000);
    const left = Math.ceil((seeds - finished) / perSecond);
    console.log(`${finished} of ${seeds} seeds, ${placed} orders, ${perSecond.toFixed(1)} seeds/s, ${left} s left`);
  };
  const backendBundle = await bundle(mutant ? [mutantPlugin(ROOT, mutant)] : []);
  try {
    if (values.matrix) return await runMatrix(backendBundle, workers, values.part);
    const simulation = {
      ...(orders && { orders }),
      tenantGuard: values.guard ?? !mutant?.usesForeignKeys,
      ...(only && { only }),
      ...(selectedKinds && { kinds: selectedKinds }),
      ...(replayed && { plan: replayed.plan, faults: replayed.faults }),
    };
    const shrink = values.save ? 'faults and plan' : only || replayed ? 'nothing' : 'faults';
    const options = { bundle: backendBundle, from, seeds, workers, onProgress, shrink } as const;
    const explored = await explore({ ...options, ...simulation });
    const saved = values.save ? saveFailure(values.save, explored, replayed ?? bugOf(mutant)) : undefined;
    const runOptions = { orders, mutant: mutant?.name, file: saved ?? values.replay };
    for (const failure of explored.failures) console.error(`${failureText(failure, runOptions)}\n`);
    console.log(summaryText(explored));
    const checksFaults = seeds >= MIN_SEEDS_TO_CHECK_FAULTS && !replayed && !selectedKinds;
    const rareKinds = kinds.filter((kind) => explored.struck[kind] < seeds / (SEEDS_PER_STRIKE[kind] ?? 1));
    const rareReads = READ_ACTS.filter((act) => explored.reads[act] < seeds / SEEDS_PER_READ);
    const rarities = checksFaults
      ? [
          ...rareKinds.map((kind) => `${kind} struck only ${explored.struck[kind]} times`),
          ...rareReads.map((act) => `to ${act} happened only ${explored.reads[act]} times`),
        ]
      : [];
    if (explored.failures.length === 0) for (const rarity of rarities) console.error(rarity);
    process.exitCode = explored.failures.length + rarities.length > 0 ? 1 : 0;
  } finally {
    await backendBundle.remove();
  }
};

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { bundle, ROOT } from './bundle.ts';
import { type Explored, explore } from './explore.ts';
import { kinds } from './faults.ts';
import { mutants } from './mutants/list.ts';
import type { Mutant } from './mutants/mutant.ts';
import { planting } from './mutants/patch.ts';
import { type Regression, readRegression, writeRegression } from './regressions.ts';
import { failureText, parsed, summaryText } from './report.ts';

const USAGE = `npm run sim -- [--seeds N] [--from SEED] [--orders N] [--workers N] [--only FAULTS] [--mutant NAME] [--save FILE]
npm run sim -- --replay FILE [--mutant NAME] [--seeds N] [--from SEED] [--save FILE]

Simulates N nights of Breakwater under faults and checks its invariants. The same seed is the same night.
  --seeds    how many (500)             --from    the first seed (by chance, printed)
  --orders   orders of each (5 to 40)   --workers processes (one for each core)
  --only     of a seed's faults only these, as a failing seed prints them
  --mutant   with this bug planted, see npm run sim:mutants
  --save     writes the first night that fails, its plan and faults shrunk, to this file
  --replay   the night of such a file; with --seeds and --from its plan and faults under other seeds`;

/** With so many seeds every kind of fault must have struck so often. */
const ENOUGH = 500;
const PROGRESS_MS = 5_000;

const whole = (name: string, text: string | undefined, least: number): number | undefined => {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new Error(`--${name} takes a whole number from ${least}, not "${text}"\n\n${USAGE}`);
};

type Bug = Pick<Regression, 'was' | 'mutant'>;

/** Of a bug that is not planted somebody has yet to say what it was. */
const bugOf = (mutant: Mutant | undefined): Bug => ({ was: mutant?.bug ?? '', mutant: mutant?.name ?? '' });

/** Writes the first night that failed to the file; answers with its path, or undefined where no night failed. */
const save = (path: string, { failures }: Explored, { was, mutant }: Bug): string | undefined => {
  for (const failure of failures) {
    if ('error' in failure || !failure.plan) continue;
    const { seed, struck, violation } = failure.outcome;
    const invariant = violation?.invariant ?? 0;
    writeRegression(path, { was, mutant, invariant, seed, faults: struck, plan: failure.plan });
    console.log(
      `${path} holds seed ${seed}${was === '' ? '; fill in what the bug was, and the mutant that plants it' : ''}`,
    );
    return path;
  }
  console.log(`no night to keep: ${path} is not written`);
  return undefined;
};

const main = async () => {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      ...{ seeds: text, from: text, orders: text, workers: text, only: text, mutant: text, save: text, replay: text },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return console.log(USAGE);
  const replayed = values.replay === undefined ? undefined : readRegression(values.replay);
  if (replayed && (values.orders ?? values.only) !== undefined)
    throw new Error(`--replay has its orders and its faults from its file\n\n${USAGE}`);
  const seeds = whole('seeds', values.seeds, 1) ?? (replayed ? 1 : 500);
  const from = whole('from', values.from, 0) ?? replayed?.seed ?? Math.floor(Math.random() * 1_000_000_000);
  const orders = whole('orders', values.orders, 1);
  const workers = whole('workers', values.workers, 1) ?? availableParallelism();
  const only = values.only === undefined ? undefined : parsed(values.only);
  const mutant = mutants.find(({ name }) => name === values.mutant);
  if (values.mutant !== undefined && !mutant) throw new Error(`there is no mutant ${values.mutant}`);

  console.log(`${seeds} seeds from ${from} with ${workers} workers`);
  const begun = Date.now();
  let told = begun;
  const heard = ({ seeds: done, orders: placed }: Explored) => {
    if (Date.now() - told < PROGRESS_MS) return;
    told = Date.now();
    const perSecond = done / ((told - begun) / 1_000);
    const left = Math.ceil((seeds - done) / perSecond);
    console.log(`${done} of ${seeds} seeds, ${placed} orders, ${perSecond.toFixed(1)} seeds/s, ${left} s left`);
  };
  const built = await bundle(mutant ? [planting(ROOT, mutant)] : []);
  try {
    const night = {
      ...(orders && { orders }),
      ...(only && { only }),
      ...(replayed && { plan: replayed.plan, faults: replayed.faults }),
    };
    const shrinks = values.save ? 'faults and plan' : only || replayed ? 'nothing' : 'faults';
    const explored = await explore({ bundle: built, from, seeds, workers, heard, shrinks, ...night });
    const saved = values.save ? save(values.save, explored, replayed ?? bugOf(mutant)) : undefined;
    const asked = { orders, mutant: mutant?.name, file: saved ?? values.replay };
    for (const failure of explored.failures) console.error(`${failureText(failure, asked)}\n`);
    console.log(summaryText(explored));
    const rare = seeds >= ENOUGH && !replayed ? kinds.filter((kind) => explored.struck[kind] < seeds) : [];
    if (explored.failures.length === 0)
      for (const kind of rare) console.error(`${kind} struck only ${explored.struck[kind]} times`);
    process.exitCode = explored.failures.length + rare.length > 0 ? 1 : 0;
  } finally {
    await built.remove();
  }
};

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

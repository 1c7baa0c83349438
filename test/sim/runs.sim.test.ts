import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bundle, bundle, ROOT } from './bundle.ts';
import { commitSeed } from './commit-seed.ts';
import { explore } from './explore.ts';
import { type Kind, kinds } from './faults.ts';
import { mutants } from './mutants/list.ts';
import { mutantPlugin } from './mutants/patch.ts';
import { type Chore, planOf } from './plan.ts';
import { READ_ACTS } from './readers.ts';
import { readRegressions } from './regressions.ts';
import { failureText, summaryText } from './report.ts';
import type { RunJob, RunResult } from './worker.ts';
import { createWorkerPool } from './worker-pool.ts';

/** About five minutes on two cores. A fixed number, so that the verdict does not depend on the speed of the machine. */
const SEEDS = 350;
/** Simulated twice, in both directions. */
const REPEATED_SEEDS = 100;
const STORED_RUNS = 5;
/**
 * Each mutant is found at this seed or, after a change of the product, at a later one. The first needs no fault, the second does: one of
 * a kind that strikes in most seeds, so that the seed is near, and that is the only one, so that there is little to shrink.
 */
const shrunkMutants: readonly { readonly mutant: string; readonly seed: number; readonly kinds: readonly Kind[] }[] = [
  { mutant: 'hold-twice', seed: 2, kinds },
  { mutant: 'drops-what-is-no-event', seed: 1, kinds: ['poison message'] },
];

const workers = Math.min(2, availableParallelism());
const from = commitSeed();
let productBundle: Bundle;

beforeAll(async () => {
  productBundle = await bundle();
  console.log(`runs from seed ${from}`);
});
afterAll(() => productBundle.remove());

test('the same seed is the same run, in any process and after any other run', async () => {
  const options = { bundle: productBundle, from, seeds: REPEATED_SEEDS, workers: 1 };
  const [forwards, backwards] = await Promise.all([explore(options), explore({ ...options, backwards: true })]);
  expect(forwards.failures.map((failure) => failureText(failure))).toEqual([]);
  expect([...backwards.hashes].sort()).toEqual([...forwards.hashes].sort());
});

/** Plays the runs one after the other in one process. */
const play = async (jobs: readonly RunJob[], { path } = productBundle): Promise<RunResult[]> => {
  const results: RunResult[] = [];
  await createWorkerPool<RunJob, RunResult>(path, 1).run(jobs.values(), (_, result) => {
    if ('error' in result) throw new Error(result.error);
    results.push(result);
    return true;
  });
  return results;
};

const withMutant = async <T>(name: string, run: (mutantBundle: Bundle) => Promise<T>): Promise<T> => {
  const mutant = mutants.find((candidate) => candidate.name === name);
  if (!mutant) throw new Error(`there is no mutant ${name}`);
  const mutantBundle = await bundle([mutantPlugin(ROOT, mutant)]);
  return await run(mutantBundle).finally(mutantBundle.remove);
};

test('a run is the same from its stored plan and faults as from its seed', async () => {
  const jobs = Array.from({ length: STORED_RUNS }, (_, n): RunJob => ({ seed: from + n, shrink: 'nothing' }));
  const fromSeed = (await play(jobs)).map(({ outcome }) => outcome);
  const faultsOf = (n: number) => fromSeed[n]?.struck ?? [];
  const stored = await play(jobs.map((job, n) => ({ ...job, plan: planOf(job.seed), faults: faultsOf(n) })));
  expect(fromSeed.flatMap(({ struck }) => struck).length).toBeGreaterThan(0);
  expect(stored.map(({ outcome }) => outcome.struck)).toEqual(fromSeed.map(({ struck }) => struck));
  expect(stored.map(({ outcome }) => outcome.hash)).toEqual(fromSeed.map(({ hash }) => hash));
});

test('a run with a plan and faults has only their orders and faults', async () => {
  const plan = { ...planOf(from), purchases: [], chores: [] };
  const [result] = await play([{ seed: from, shrink: 'nothing', plan, faults: [] }]);
  expect(result?.outcome).toMatchObject({ orders: 0, struck: [] });
});

test.each(shrunkMutants)(
  'a shrunk seed is the same run again with only the faults that are left: $mutant',
  async (first) => {
    await withMutant(first.mutant, async (mutantBundle) => {
      const [failure] = (
        await explore({ bundle: mutantBundle, from: first.seed, seeds: 500, workers: 1, kinds: first.kinds })
      ).failures;
      if (!failure || 'error' in failure) throw new Error(failure?.error ?? 'the mutant was not found');
      const { seed, struck, hash } = failure.outcome;
      const [replayed] = await play([{ seed, shrink: 'nothing', only: struck }], mutantBundle);
      expect(replayed?.outcome).toMatchObject({ struck, hash });
    });
  },
);

const regressions = readRegressions();

test.each(regressions)('$name violates nothing any more: $bug', async ({ seed, plan, faults }) => {
  const { failures } = await explore({ bundle: productBundle, from: seed, seeds: 1, workers: 1, plan, faults });
  expect(failures.map((failure) => failureText(failure))).toEqual([]);
});

test.each(regressions)(
  '$name violates its invariant again with mutant $mutant',
  async ({ mutant, invariant, seed, plan, faults }) => {
    await withMutant(mutant, async (mutantBundle) => {
      const [result] = await play([{ seed, shrink: 'nothing', plan, faults }], mutantBundle);
      expect(result?.outcome).toMatchObject({ violation: { invariant } });
    });
  },
);

test.each(regressions)(
  '$name loses a needless chore when shrunk, and is then the same run in another process',
  async ({ mutant, seed, plan: minimalPlan, faults }) => {
    const needless: Chore = { shop: 0, atMs: minimalPlan.spanMs, sku: 'sku-0', act: { kind: 'count', times: 1 } };
    const fullPlan = { ...minimalPlan, chores: [needless, ...minimalPlan.chores] };
    await withMutant(mutant, async (mutantBundle) => {
      const [shrunk] = await play([{ seed, shrink: 'faults and plan', plan: fullPlan, faults }], mutantBundle);
      if (!shrunk?.plan) throw new Error('the run was not shrunk');
      const { outcome, plan } = shrunk;
      expect(plan.chores).not.toContainEqual(needless);
      const [replayed] = await play([{ seed, shrink: 'nothing', plan, faults: outcome.struck }], mutantBundle);
      expect(replayed?.outcome).toEqual(outcome);
    });
  },
);

test('no run violates an invariant', async () => {
  const options = { bundle: productBundle, from: from + REPEATED_SEEDS, seeds: SEEDS, workers };
  const explored = await explore(options);
  console.log(summaryText(explored));
  expect(explored.failures.map((failure) => failureText(failure))).toEqual([]);
  expect(explored.seeds).toBe(SEEDS);
  expect(explored.histories).toBeGreaterThanOrEqual(1_000);
  for (const act of READ_ACTS) expect(explored.reads[act], act).toBeGreaterThanOrEqual(SEEDS / 10);
});

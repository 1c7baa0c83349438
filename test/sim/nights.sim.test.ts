import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bundle, bundle, ROOT } from './bundle.ts';
import { makeCrew } from './crew.ts';
import { explore } from './explore.ts';
import { mutants } from './mutants/list.ts';
import { planting } from './mutants/patch.ts';
import { type Chore, planOf } from './plan.ts';
import { regressions } from './regressions.ts';
import { failureText, summaryText } from './report.ts';
import type { Night, Simulated } from './worker.ts';

/** With the seeds that are simulated twice some two minutes on two cores. */
const FOR_MS = 60_000;
const LEAST = 200;
const REPEATED = 100;
const STORED = 5;
/** Each mutant is found at its seed; if it no longer is, at one after it. The first needs no fault, the second some. */
const broken = [
  { mutant: 'hold-twice', seed: 2 },
  { mutant: 'no-hold-tombstone', seed: 17 },
];

const workers = Math.min(2, availableParallelism());
const from = Math.floor(Math.random() * 1_000_000_000);
let built: Bundle;

beforeAll(async () => {
  built = await bundle();
  console.log(`nights from seed ${from}`);
});
afterAll(() => built.remove());

test('the same seed is the same night, whoever simulates it and whatever it simulated before', async () => {
  const seeds = { bundle: built, from, seeds: REPEATED, workers: 1 };
  const [forwards, backwards] = await Promise.all([explore(seeds), explore({ ...seeds, backwards: true })]);
  expect(forwards.failures.map((failure) => failureText(failure))).toEqual([]);
  expect([...backwards.hashes].sort()).toEqual([...forwards.hashes].sort());
});

/** Plays the nights one after the other, in one process. */
const played = async (nights: readonly Night[], { path } = built): Promise<Simulated[]> => {
  const all: Simulated[] = [];
  await makeCrew<Night, Simulated>(path, 1).work(nights.values(), (_, done) => {
    if ('error' in done) throw new Error(done.error);
    all.push(done);
    return true;
  });
  return all;
};

const withMutant = async <T>(name: string, act: (planted: Bundle) => Promise<T>): Promise<T> => {
  const mutant = mutants.find((one) => one.name === name);
  if (!mutant) throw new Error(`there is no mutant ${name}`);
  const planted = await bundle([planting(ROOT, mutant)]);
  return await act(planted).finally(planted.remove);
};

test('a night is the same from its stored plan and faults as from its seed', async () => {
  const nights = Array.from({ length: STORED }, (_, n): Night => ({ seed: from + n, shrinks: 'nothing' }));
  const drawn = (await played(nights)).map(({ outcome }) => outcome);
  const faultsOf = (n: number) => drawn[n]?.struck ?? [];
  const stored = await played(nights.map((night, n) => ({ ...night, plan: planOf(night.seed), faults: faultsOf(n) })));
  expect(drawn.flatMap(({ struck }) => struck).length).toBeGreaterThan(0);
  expect(stored.map(({ outcome }) => outcome.struck)).toEqual(drawn.map(({ struck }) => struck));
  expect(stored.map(({ outcome }) => outcome.hash)).toEqual(drawn.map(({ hash }) => hash));
});

test('nothing is wanted but what the given plan wants, and nothing strikes but the given faults', async () => {
  const plan = { ...planOf(from), purchases: [], chores: [] };
  const [night] = await played([{ seed: from, shrinks: 'nothing', plan, faults: [] }]);
  expect(night?.outcome).toMatchObject({ orders: 0, struck: [] });
});

test.each(broken)('a seed that was shrunk is the same night again with only what is left: $mutant', async (first) => {
  await withMutant(first.mutant, async (planted) => {
    const [failure] = (await explore({ bundle: planted, from: first.seed, seeds: 500, workers: 1 })).failures;
    if (!failure || 'error' in failure) throw new Error('the mutant was not found');
    const { seed, struck, hash } = failure.outcome;
    const [again] = await played([{ seed, shrinks: 'nothing', only: struck }], planted);
    expect(again?.outcome).toMatchObject({ struck, hash });
  });
});

const kept = regressions();

test.each(kept)('$name breaks nothing any more: $was', async ({ seed, plan, faults }) => {
  const { failures } = await explore({ bundle: built, from: seed, seeds: 1, workers: 1, plan, faults });
  expect(failures.map((failure) => failureText(failure))).toEqual([]);
});

test.each(kept)('$name would be found again: mutant $mutant', async ({ mutant, invariant, seed, plan, faults }) => {
  await withMutant(mutant, async (planted) => {
    const [night] = await played([{ seed, shrinks: 'nothing', plan, faults }], planted);
    expect(night?.outcome).toMatchObject({ violation: { invariant } });
  });
});

test.each(kept)(
  '$name loses what it does not need, and is then the same night in another process',
  async (regression) => {
    const { mutant, seed, plan: enough, faults } = regression;
    const needless: Chore = { shop: 0, atMs: enough.spanMs, sku: 'sku-0', act: { kind: 'count', times: 1 } };
    const whole = { ...enough, chores: [needless, ...enough.chores] };
    await withMutant(mutant, async (planted) => {
      const [shrunk] = await played([{ seed, shrinks: 'faults and plan', plan: whole, faults }], planted);
      if (!shrunk?.plan) throw new Error('the night was not shrunk');
      const { outcome, plan } = shrunk;
      expect(plan.chores).not.toContainEqual(needless);
      const [again] = await played([{ seed, shrinks: 'nothing', plan, faults: outcome.struck }], planted);
      expect(again?.outcome).toEqual(outcome);
    });
  },
);

test('no night breaks an invariant', async () => {
  const explored = await explore({ bundle: built, from: from + REPEATED, forMs: FOR_MS, workers });
  console.log(summaryText(explored));
  expect(explored.failures.map((failure) => failureText(failure))).toEqual([]);
  expect(explored.histories).toBeGreaterThanOrEqual(1_000);
  expect(explored.seeds + REPEATED).toBeGreaterThanOrEqual(LEAST);
});

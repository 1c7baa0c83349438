import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bundle, bundle } from './bundle.ts';
import { explore } from './explore.ts';
import { regressions } from './regressions.ts';
import { failureText, summaryText } from './report.ts';

/** With the seeds that are simulated twice some two minutes on two cores. */
const FOR_MS = 60_000;
const LEAST = 200;
const REPEATED = 100;

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

test.each(regressions)('seed $seed breaks nothing any more: $was', async ({ seed }) => {
  const { failures } = await explore({ bundle: built, from: seed, seeds: 1, workers: 1 });
  expect(failures.map((failure) => failureText(failure))).toEqual([]);
});

test('no night breaks an invariant', async () => {
  const explored = await explore({ bundle: built, from: from + REPEATED, forMs: FOR_MS, workers });
  console.log(summaryText(explored));
  expect(explored.failures.map((failure) => failureText(failure))).toEqual([]);
  expect(explored.histories).toBeGreaterThanOrEqual(1_000);
  expect(explored.seeds + REPEATED).toBeGreaterThanOrEqual(LEAST);
});

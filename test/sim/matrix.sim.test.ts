import { afterAll, beforeAll, expect, test } from 'vitest';
import { contexts } from '#contexts';
import { type Bundle, bundle } from './bundle.ts';
import { cellsOf } from './cells.ts';
import { commitSeed } from './commit-seed.ts';
import { matrixText, playMatrix } from './play-matrix.ts';

/** A part of the matrix costs seconds, all of it minutes: `npm run sim -- --matrix`. An odd number, so that each part has every duration. */
const PARTS = 13;

const cells = cellsOf(contexts);
let productBundle: Bundle;
beforeAll(async () => {
  productBundle = await bundle();
});
afterAll(() => productBundle.remove());

test('the matrix has a cell for each worker and each pair of core workers, in each mode and for each duration', () => {
  const isWorker = (spec: object) => ['consumes', 'streams', 'everyMinutes'].some((field) => field in spec);
  const countOf = (manifests: typeof contexts) =>
    manifests.flatMap(({ functions }) => Object.values(functions)).filter(isWorker).length;
  const core = countOf(contexts.filter((context) => context.core));
  const modesAndDurations = 2 * 4;
  console.log(`${cells.length} cells of the matrix`);
  expect(cells).toHaveLength((countOf(contexts) + (core * (core - 1)) / 2) * modesAndDurations);
});

test('no order is lost while functions fail or are stopped, and each goes on within a minute of the repair', async () => {
  const part = commitSeed() % PARTS;
  const selected = cells.filter((_, n) => n % PARTS === part);
  const played = await playMatrix(productBundle, selected, 1);
  console.log(`part ${part} of ${PARTS}: ${matrixText(played)}`);
  expect(played.problems).toEqual([]);
  expect(played.results).toHaveLength(selected.length);
});

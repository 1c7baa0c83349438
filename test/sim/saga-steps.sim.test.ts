import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bundle, bundle } from './bundle.ts';
import { makeCrew } from './crew.ts';
import { type Blow, modes, type Walk, type Walked, type Way, ways } from './ways.ts';

let built: Bundle;
beforeAll(async () => {
  built = await bundle();
});
afterAll(() => built.remove());

const walked = async (walks: readonly Walk[]): Promise<Walked[]> => {
  const all: Walked[] = [];
  const crew = makeCrew<Walk, Walked>(built.path, Math.min(2, availableParallelism()));
  await crew.work(walks.values(), (walk, done) => {
    all.push('error' in done ? { walk, tasks: [], wrong: [done.error] } : done);
    return true;
  });
  return all;
};
const wrongOnes = (all: readonly Walked[]) =>
  all.filter(({ wrong }) => wrong.length > 0).map(({ walk, wrong }) => ({ ...walk, wrong }));

/** Every blow to a first invocation, then every two of them, a task's second invocation included. */
const blowsTo = (tasks: readonly string[]): (readonly Blow[])[] => {
  const singles = tasks.flatMap((task) => modes.map((mode): Blow => ({ task, n: 0, mode })));
  const others = singles.flatMap((one, at) => singles.slice(at + 1).map((other): readonly Blow[] => [one, other]));
  const pairs = others.filter(([one, other]) => one?.task !== other?.task);
  const again = singles.flatMap((one) => modes.map((mode): readonly Blow[] => [one, { ...one, n: 1, mode }]));
  return [...singles.map((one) => [one]), ...pairs, ...again];
};

test.each(Object.keys(ways) as Way[])('%s: whatever befalls one or two of its steps', async (way) => {
  const [undisturbed] = await walked([{ way, blows: [] }]);
  expect(undisturbed?.wrong).toEqual([]);
  const tasks = undisturbed?.tasks ?? [];
  expect(tasks.length).toBeGreaterThanOrEqual(3);
  const all = await walked(blowsTo(tasks).map((blows) => ({ way, blows })));
  console.log(`${way}: ${tasks.join(', ')}: ${all.length} walks`);
  expect(wrongOnes(all)).toEqual([]);
});

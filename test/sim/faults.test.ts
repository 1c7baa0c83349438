import { expect, test } from 'vitest';
import { type Bounds, type Forced, makeFaults } from './faults.ts';

const SEED = 7;
const TURNS = 2_000;

/** Two places are struck in turn, beside a kind of every second. */
const night = (seed: number, bounds: Bounds = {}) => {
  let now = 0;
  const faults = makeFaults(seed, () => now, bounds);
  for (now = 0; now < TURNS; now += 1) {
    faults.strike('torn batch read', now % 2 === 0 ? 'orders-write BatchGetItem' : 'inventory-hold BatchGetItem');
    faults.strike('changed saga deployed', `${now % 3} executions`, now % 3 > 0);
  }
  return faults.struck;
};

test('stored faults strike the same places at the same times as hard, whatever the seed draws', () => {
  const struck = night(SEED);
  expect(new Set(struck.map(({ kind }) => kind)).size).toBe(2);
  expect(night(SEED, { faults: struck })).toEqual(struck);
  expect(night(SEED + 1)).not.toEqual(struck);
  expect(night(SEED + 1, { faults: struck })).toEqual(struck);
});

test('a stored fault is counted at its place alone, and a fault of a second by its second', () => {
  const torn: Forced = { kind: 'torn batch read', place: 'inventory-hold BatchGetItem', nth: 3, force: 0.25 };
  const deployed: Forced = { kind: 'changed saga deployed', place: 'any', nth: 4, force: 0.5 };
  expect(night(SEED, { faults: [torn, deployed] })).toEqual([
    { ...deployed, n: 4, at: 4, where: '1 executions' },
    { ...torn, n: 7, at: 7, where: 'inventory-hold BatchGetItem' },
  ]);
});

test('a stored fault strikes nothing where there is nothing to strike, or once the night is over', () => {
  const deployed: Forced = { kind: 'changed saga deployed', place: 'any', nth: 3, force: 0.5 };
  expect(night(SEED, { faults: [deployed] })).toEqual([]);
  const faults = makeFaults(SEED, () => 0, { faults: [{ ...deployed, nth: 0 }] });
  faults.end();
  expect(faults.strike('changed saga deployed', '1 executions')).toBeUndefined();
});

test('of the faults of a seed only those asked for strike, as hard as among the others', () => {
  const [, second] = night(SEED);
  if (!second) throw new Error('the seed brings one fault at most');
  expect(night(SEED, { only: [second] })).toEqual([second]);
});

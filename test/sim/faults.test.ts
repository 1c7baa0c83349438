import { expect, test } from 'vitest';
import { createFaults, type FaultSelection, type StoredFault } from './faults.ts';

const SEED = 7;
const OPPORTUNITIES = 2_000;

/** A kind of fault with opportunities at two alternating places, and a kind that strikes at ticks. */
const faultsThatStrike = (seed: number, selection: FaultSelection = {}) => {
  let now = 0;
  const faults = createFaults(seed, () => now, selection);
  for (now = 0; now < OPPORTUNITIES; now += 1) {
    faults.strike('torn batch read', now % 2 === 0 ? 'orders-write BatchGetItem' : 'inventory-hold BatchGetItem');
    faults.strike('changed saga deployed', `${now % 3} executions`, now % 3 > 0);
  }
  return faults.struck;
};

test('stored faults strike at the same places and times with the same force under any seed', () => {
  const struck = faultsThatStrike(SEED);
  expect(new Set(struck.map(({ kind }) => kind)).size).toBe(2);
  expect(faultsThatStrike(SEED, { faults: struck })).toEqual(struck);
  expect(faultsThatStrike(SEED + 1)).not.toEqual(struck);
  expect(faultsThatStrike(SEED + 1, { faults: struck })).toEqual(struck);
});

test('a stored fault is counted at its own place, and a fault of a tick by its second', () => {
  const tornRead: StoredFault = { kind: 'torn batch read', place: 'inventory-hold BatchGetItem', nth: 3, force: 0.25 };
  const deployment: StoredFault = { kind: 'changed saga deployed', place: 'any', nth: 4, force: 0.5 };
  expect(faultsThatStrike(SEED, { faults: [tornRead, deployment] })).toEqual([
    { ...deployment, n: 4, at: 4, where: '1 executions' },
    { ...tornRead, n: 7, at: 7, where: 'inventory-hold BatchGetItem' },
  ]);
});

test('a stored fault does not strike where nothing is live, or after the faults have stopped', () => {
  const deployment: StoredFault = { kind: 'changed saga deployed', place: 'any', nth: 3, force: 0.5 };
  expect(faultsThatStrike(SEED, { faults: [deployment] })).toEqual([]);
  const faults = createFaults(SEED, () => 0, { faults: [{ ...deployment, nth: 0 }] });
  faults.stop();
  expect(faults.strike('changed saga deployed', '1 executions')).toBeUndefined();
});

test('selected faults of a seed strike alone, with the same force as among all of them', () => {
  const [, second] = faultsThatStrike(SEED);
  if (!second) throw new Error('the seed has fewer than two faults');
  expect(faultsThatStrike(SEED, { only: [second] })).toEqual([second]);
});

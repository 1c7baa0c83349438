import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { mutants } from './mutants/list.ts';
import { planOf } from './plan.ts';
import { parseRegression, type Regression, readRegression, readRegressions, writeRegression } from './regressions.ts';

const folder = mkdtempSync(join(tmpdir(), 'breakwater-regressions-'));
afterAll(() => rmSync(folder, { recursive: true }));

const example: Regression = {
  ...{ bug: 'a bug', mutant: 'oversell', invariant: 1, seed: 3 },
  faults: [{ kind: 'throttle', place: 'orders-write GetItem', nth: 2, force: 1 / 3 }],
  plan: planOf(3),
};

test.each(readRegressions())('$name names its bug and the mutant that plants it again', ({ bug, mutant }) => {
  expect(bug).not.toBe('');
  expect(mutants.map(({ name }) => name)).toContain(mutant);
});

test('a regression is read as it was written, with the plan of any seed', () => {
  for (let seed = 0; seed < 100; seed += 1) {
    const path = join(folder, `${seed}.json`);
    const regression = { ...example, seed, plan: planOf(seed) };
    writeRegression(path, regression);
    expect(readRegression(path)).toEqual(regression);
  }
});

test('a fault that struck is written without its time and its number in the seed', () => {
  const path = join(folder, 'struck.json');
  const struck = example.faults.map((fault) => ({ ...fault, n: 9, at: 100, where: fault.place }));
  writeRegression(path, { ...example, faults: struck });
  expect(readRegression(path)).toEqual(example);
  expect(readFileSync(path, 'utf8')).not.toContain('"at"');
});

test('a regression with fields or values that the simulator does not know is rejected', () => {
  const [fault] = example.faults;
  const textWith = (change: object) => JSON.stringify({ ...example, ...change });
  expect(parseRegression(textWith({}))).toEqual(example);
  expect(() => parseRegression(textWith({ faults: [{ ...fault, kind: 'bad luck' }] }))).toThrow(/kind/);
  expect(() => parseRegression(textWith({ faults: [{ ...fault, force: 1 }] }))).toThrow(/force/);
  expect(() => parseRegression(textWith({ plan: { ...example.plan, visitors: [] } }))).toThrow(/visitors/);
  expect(() => parseRegression(textWith({ plan: undefined }))).toThrow(/plan/);
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { mutants } from './mutants/list.ts';
import { planOf } from './plan.ts';
import { type Regression, readRegression, regressionOf, regressions, writeRegression } from './regressions.ts';

const folder = mkdtempSync(join(tmpdir(), 'breakwater-regressions-'));
afterAll(() => rmSync(folder, { recursive: true }));

const some: Regression = {
  ...{ was: 'a bug', mutant: 'oversell', invariant: 1, seed: 3 },
  faults: [{ kind: 'throttle', place: 'orders-write GetItem', nth: 2, force: 1 / 3 }],
  plan: planOf(3),
};

test.each(regressions())('$name says what it was and which mutant plants it again', ({ was, mutant }) => {
  expect(was).not.toBe('');
  expect(mutants.map(({ name }) => name)).toContain(mutant);
});

test('a regression is read as it was written, whatever the seed drew', () => {
  for (let seed = 0; seed < 100; seed += 1) {
    const path = join(folder, `${seed}.json`);
    const regression = { ...some, seed, plan: planOf(seed) };
    writeRegression(path, regression);
    expect(readRegression(path)).toEqual(regression);
  }
});

test('of a fault that struck no more is written than what brings it again', () => {
  const path = join(folder, 'struck.json');
  const struck = some.faults.map((fault) => ({ ...fault, n: 9, at: 100, where: fault.place }));
  writeRegression(path, { ...some, faults: struck });
  expect(readRegression(path)).toEqual(some);
  expect(readFileSync(path, 'utf8')).not.toContain('"at"');
});

test('what the simulator would ignore is refused', () => {
  const [fault] = some.faults;
  const text = (changed: object) => JSON.stringify({ ...some, ...changed });
  expect(regressionOf(text({}))).toEqual(some);
  expect(() => regressionOf(text({ faults: [{ ...fault, kind: 'bad luck' }] }))).toThrow(/kind/);
  expect(() => regressionOf(text({ faults: [{ ...fault, force: 1 }] }))).toThrow(/force/);
  expect(() => regressionOf(text({ plan: { ...some.plan, visitors: [] } }))).toThrow(/visitors/);
  expect(() => regressionOf(text({ plan: undefined }))).toThrow(/plan/);
});

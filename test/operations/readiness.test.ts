import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type DependencyState, readinessOf } from '#operations/domain/readiness';
import { checkReadiness } from '#operations/use-cases/check-readiness';

const state = fc.constantFrom<DependencyState>('ok', 'failing');
const states = fc.record({ table: state, bus: state, provider: state });

it('is unavailable only without the table, and degraded without any other', () =>
  // Red when a dependency other than the table makes it unavailable, or when `every` becomes `some`.
  fc.assert(
    fc.property(states, (dependencies) => {
      const { table, ...others } = dependencies;
      const { status, dependencies: reported } = readinessOf(dependencies);
      expect(reported).toEqual(dependencies);
      expect(status === 'unavailable').toBe(table === 'failing');
      if (table === 'ok') expect(status === 'degraded').toBe(Object.values(others).includes('failing'));
    }),
  ));

it('counts a table that was not checked as failing', () => {
  expect(readinessOf({ bus: 'ok' }).status).toBe('unavailable');
});

it('checks once in 5 s, names what fails and reports why', async () => {
  let now = 0;
  let checked = 0;
  let failing = false;
  const reported: unknown[] = [];
  const checks = {
    table: async () => void checked++,
    bus: async () => {
      if (failing) throw new Error('no bus');
    },
  };
  const reportFailure = (name: string, failure: unknown) => void reported.push([name, String(failure)]);
  const check = checkReadiness({ checks, reportFailure }, () => now);
  expect(await check()).toEqual({ status: 'ok', dependencies: { table: 'ok', bus: 'ok' } });
  failing = true;
  now = 4_999;
  expect((await check()).status).toBe('ok');
  expect([checked, reported]).toEqual([1, []]);
  now = 5_000;
  expect(await check()).toEqual({ status: 'degraded', dependencies: { table: 'ok', bus: 'failing' } });
  expect([checked, reported]).toEqual([2, [['bus', 'Error: no bus']]]);
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readiness, type State } from '#operations/domain/readiness';
import { checkReadiness } from '#operations/use-cases/check-readiness';

const state = fc.constantFrom<State>('ok', 'failing');
const states = fc.record({ table: state, bus: state, provider: state });

it('is unavailable without the table alone, and degraded without any other', () =>
  // Red when another dependency than the table makes it unavailable, or when `every` becomes `some`.
  fc.assert(
    fc.property(states, (dependencies) => {
      const { table, ...others } = dependencies;
      const { status, dependencies: told } = readiness(dependencies);
      expect(told).toEqual(dependencies);
      expect(status === 'unavailable').toBe(table === 'failing');
      if (table === 'ok') expect(status === 'degraded').toBe(Object.values(others).includes('failing'));
    }),
  ));

it('takes a table that nobody has asked for one that fails', () => {
  expect(readiness({ bus: 'ok' }).status).toBe('unavailable');
});

it('asks once in 5 s, names what fails and reports why', async () => {
  let now = 0;
  let asked = 0;
  let broken = false;
  const reported: unknown[] = [];
  const checks = {
    table: async () => void asked++,
    bus: async () => {
      if (broken) throw new Error('no bus');
    },
  };
  const report = (name: string, failure: unknown) => void reported.push([name, String(failure)]);
  const check = checkReadiness({ checks, report }, () => now);
  expect(await check()).toEqual({ status: 'ok', dependencies: { table: 'ok', bus: 'ok' } });
  broken = true;
  now = 4_999;
  expect((await check()).status).toBe('ok');
  expect([asked, reported]).toEqual([1, []]);
  now = 5_000;
  expect(await check()).toEqual({ status: 'degraded', dependencies: { table: 'ok', bus: 'failing' } });
  expect([asked, reported]).toEqual([2, [['bus', 'Error: no bus']]]);
});

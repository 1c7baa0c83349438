import { expect, it, vi } from 'vitest';
import { closedBreaker, recordFailure, recordSuccess, startProbe } from '#payments/domain/breaker';
import { breakerTable } from '#payments/table/breaker-table';
import { breakerKey } from '#payments/table/keys';
import { watchedTable } from '../platform/fixtures/watched-table.ts';
import { tenantId } from './fixtures/attempt.ts';
import { at, limits } from './fixtures/stored-breakers.ts';

const table = (options?: Parameters<typeof watchedTable>[0]) => {
  const made = watchedTable(options);
  const metric = vi.fn<typeof made.rt.metric>();
  const rt: typeof made.rt = Object.create(made.rt, { metric: { value: metric } });
  return { ...made, metric, breakers: breakerTable(rt, 'sandbox') };
};
const [one, two, opened] = [1, 2, 3].map((count) =>
  Array.from({ length: count }).reduce(
    (b: typeof closedBreaker, _, n) => recordFailure(b, 0, at(n), limits),
    closedBreaker,
  ),
) as [typeof closedBreaker, typeof closedBreaker, typeof closedBreaker];

it('keeps one breaker for each tenant and provider, and nothing while all is well', async () => {
  const { breakers, itemAt, calls } = table();
  expect(await breakers.find(tenantId)).toEqual(closedBreaker);
  expect(await breakers.update(tenantId, closedBreaker, one)).toBe(true);
  expect(calls.at(-1)?.units.write).toBe(1);
  const { version: v, ...fields } = one;
  const key = breakerKey(tenantId, 'sandbox');
  expect(await itemAt(key)).toEqual({ pk: 'payments#t1#breaker#sandbox', sk: 'breaker', ...fields, v });
  expect(await breakers.find(tenantId)).toEqual(one);
});

it('moves from what stands alone', async () => {
  const { breakers } = table();
  expect(await breakers.update(tenantId, one, two)).toBe(false);
  expect(await breakers.update(tenantId, closedBreaker, one)).toBe(true);
  expect(await breakers.update(tenantId, closedBreaker, one)).toBe(false);
  expect(await breakers.update(tenantId, one, two)).toBe(true);
  expect(await breakers.update(tenantId, one, two)).toBe(false);
  expect(await breakers.find(tenantId)).toEqual(two);
});

it('counts each opening once', async () => {
  const { breakers, metric } = table();
  await breakers.update(tenantId, closedBreaker, one);
  expect(await breakers.update(tenantId, closedBreaker, opened)).toBe(false);
  await breakers.update(tenantId, one, two);
  expect(metric).not.toHaveBeenCalled();
  await breakers.update(tenantId, two, opened);
  const probe = startProbe(opened, at(15_002), limits);
  await breakers.update(tenantId, opened, probe);
  await breakers.update(tenantId, probe, recordSuccess(probe, probe.generation));
  expect(metric.mock.calls).toEqual([['BreakerOpened', 1, { tenantId, provider: 'sandbox' }]]);
});

it('does not know where it cannot read, and does not hide that it cannot write', async () => {
  const { breakers } = table({
    between: () => () => {
      throw Object.assign(new Error('down'), { name: 'InternalServerError', status: 500 });
    },
  });
  expect(await breakers.find(tenantId)).toBeUndefined();
  await expect(breakers.update(tenantId, closedBreaker, one)).rejects.toThrow();
});

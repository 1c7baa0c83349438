import { expect, it, vi } from 'vitest';
import { type Breaker, closedBreaker, recordFailure, recordSuccess, startProbe } from '#payments/domain/breaker';
import { providerIsAvailable } from '#payments/public';
import { breakerTable } from '#payments/table/breaker-table';
import { duePayments } from '#payments/table/due-payments';
import { breakerKey } from '#payments/table/keys';
import { createTestTable } from '../fixtures/table.ts';
import { at, limits } from './fixtures/in-memory-breakers.ts';
import { tenantId } from './fixtures/payment.ts';

const createTable = (options?: Parameters<typeof createTestTable>[0]) => {
  const table = createTestTable(options);
  const metric = vi.fn<typeof table.rt.metric>();
  const rt: typeof table.rt = Object.create(table.rt, { metric: { value: metric } });
  return { ...table, metric, breakers: breakerTable(rt, 'sandbox') };
};
const afterFailures = (count: number) =>
  Array.from({ length: count }).reduce<Breaker>(
    (breaker, _, n) => recordFailure(breaker, { generation: 0, at: at(n) }, limits),
    closedBreaker,
  );
const [oneFailure, twoFailures, opened] = [afterFailures(1), afterFailures(2), afterFailures(3)];

it('stores one breaker per tenant and provider, and none before the first failure', async () => {
  const { breakers, itemAt, calls } = createTable();
  expect(await breakers.find(tenantId)).toEqual(closedBreaker);
  expect(await breakers.update(tenantId, closedBreaker, oneFailure)).toBe(true);
  expect(calls.at(-1)?.units.write).toBe(1);
  const { version: v, ...fields } = oneFailure;
  const key = breakerKey(tenantId, 'sandbox');
  expect(await itemAt(key)).toEqual({ pk: 'payments#t1#breaker#sandbox', sk: 'breaker', ...fields, v });
  expect(await breakers.find(tenantId)).toEqual(oneFailure);
});

it('updates only the stored breaker', async () => {
  const { breakers } = createTable();
  expect(await breakers.update(tenantId, oneFailure, twoFailures)).toBe(false);
  expect(await breakers.update(tenantId, closedBreaker, oneFailure)).toBe(true);
  expect(await breakers.update(tenantId, closedBreaker, oneFailure)).toBe(false);
  expect(await breakers.update(tenantId, oneFailure, twoFailures)).toBe(true);
  expect(await breakers.update(tenantId, oneFailure, twoFailures)).toBe(false);
  expect(await breakers.find(tenantId)).toEqual(twoFailures);
});

it('counts each opening once', async () => {
  const { breakers, metric } = createTable();
  await breakers.update(tenantId, closedBreaker, oneFailure);
  expect(await breakers.update(tenantId, closedBreaker, opened)).toBe(false);
  await breakers.update(tenantId, oneFailure, twoFailures);
  expect(metric).not.toHaveBeenCalled();
  await breakers.update(tenantId, twoFailures, opened);
  const probe = startProbe(opened, at(15_002), limits);
  await breakers.update(tenantId, opened, probe);
  await breakers.update(tenantId, probe, recordSuccess(probe, probe.generation));
  expect(metric.mock.calls).toEqual([['BreakerOpened', 1, { tenantId, provider: 'sandbox' }]]);
});

it('is in the index of breakers to probe while it is not closed', async () => {
  const { breakers, rt } = createTable();
  const due = (ms: number) => duePayments(rt).breakers(at(ms), 10);
  await breakers.update(tenantId, closedBreaker, oneFailure);
  await breakers.update(tenantId, oneFailure, twoFailures);
  expect(await due(60_000)).toEqual([]);
  await breakers.update(tenantId, twoFailures, opened);
  expect(await due(15_001)).toEqual([]);
  expect(await due(15_002)).toEqual([tenantId]);
  const probe = startProbe(opened, at(15_002), limits);
  await breakers.update(tenantId, opened, probe);
  expect(await due(25_001)).toEqual([]);
  expect(await due(25_002)).toEqual([tenantId]);
  await breakers.update(tenantId, probe, recordSuccess(probe, probe.generation));
  expect(await due(60_000)).toEqual([]);
});

it('says whether a provider is available: only while its breaker is known to be closed', async () => {
  const { breakers, rt } = createTable();
  const isAvailable = providerIsAvailable(rt);
  expect(await isAvailable(tenantId)).toBe(true);
  await breakers.update(tenantId, closedBreaker, { ...opened, version: 1 });
  expect(await isAvailable(tenantId)).toBe(false);
  const probe = startProbe({ ...opened, version: 1 }, at(15_002), limits);
  await breakers.update(tenantId, { ...opened, version: 1 }, probe);
  expect(await isAvailable(tenantId)).toBe(false);
  await breakers.update(tenantId, probe, recordSuccess(probe, probe.generation));
  expect(await isAvailable(tenantId)).toBe(true);
});

it('finds nothing if the read fails, and throws if the write fails', async () => {
  const { breakers, rt } = createTable({
    intercept: () => () => {
      throw Object.assign(new Error('down'), { name: 'InternalServerError', status: 500 });
    },
  });
  expect(await breakers.find(tenantId)).toBeUndefined();
  expect(await providerIsAvailable(rt)(tenantId)).toBe(false);
  await expect(breakers.update(tenantId, closedBreaker, oneFailure)).rejects.toThrow();
});

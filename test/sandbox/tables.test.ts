import { expect, it } from 'vitest';
import { countCalls } from '#sandbox/table/call-table';
import { callsKey, outageKey } from '#sandbox/table/keys';
import { outageTable } from '#sandbox/table/outage-table';
import { createTestTable } from '../fixtures/table.ts';

it('counts the calls of each key separately', async () => {
  const { rt, itemAt } = createTestTable();
  const count = countCalls(rt);
  expect([await count('t1.o1'), await count('t1.o1'), await count('t1.o2')]).toEqual([1, 2, 1]);
  expect(await itemAt(callsKey('t1.o1'))).toEqual({ pk: 'sandbox#t1#calls#t1.o1', sk: 'calls', count: 2 });
});

it('stores the last outage of each tenant', async () => {
  const { rt, itemAt } = createTestTable();
  const outages = outageTable(rt);
  expect(await outages.until('t1')).toBeUndefined();
  await outages.put('t1', '2026-11-01T00:00:00.000Z');
  await outages.put('t1', '2026-11-02T00:00:00.000Z');
  expect(await outages.until('t1')).toBe('2026-11-02T00:00:00.000Z');
  expect(await outages.until('t2')).toBeUndefined();
  const until = '2026-11-02T00:00:00.000Z';
  expect(await itemAt(outageKey('t1'))).toEqual({ pk: 'sandbox#t1#outage#t1', sk: 'outage', until });
});

import { expect, it, vi } from 'vitest';
import { strayKey } from '#payments/table/keys';
import { strayTable } from '#payments/table/stray-table';
import { createTestTable } from '../fixtures/table.ts';
import { NOW, tenantId } from './fixtures/payment.ts';

const stray = { tenantId, key: 't1.o1', currency: 'EUR', captured: 55_00, refunded: 0, at: NOW };

it('stores a capture of no order in the list of its tenant, and alarms whenever its amounts change', async () => {
  const { rt: base, itemAt } = createTestTable();
  const metric = vi.fn<typeof base.metric>();
  const rt: typeof base = Object.create(base, { metric: { value: metric } });
  const { quarantine } = strayTable(rt);
  await quarantine(stray);
  await quarantine({ ...stray, at: '2026-11-02T00:00:00.000Z' });
  const item = { pk: 'payments#t1#stray#t1.o1', sk: 'stray', listPk: 'payments#t1#strays#0', listSk: 't1.o1' };
  expect(await itemAt(strayKey(tenantId, stray.key))).toEqual({ ...item, ...stray });
  expect(metric.mock.calls).toEqual([['StrayCaptures', 1, stray]]);
  const refunded = { ...stray, refunded: 55_00 };
  await quarantine(refunded);
  expect(await itemAt(strayKey(tenantId, stray.key))).toEqual({ ...item, ...refunded });
  expect(metric).toHaveBeenCalledTimes(2);
});

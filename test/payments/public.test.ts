import { expect, it } from 'vitest';
import type { Breaker } from '#payments/domain/breaker';
import { closedBreaker } from '#payments/domain/breaker';
import { providerIsAvailable } from '#payments/public';
import { breakerTable } from '#payments/table/breaker-table';
import { tenantId } from '../fixtures/order.ts';
import { createTestTable } from '../fixtures/table.ts';

const now = '2026-11-01T00:00:00.000Z';
const later = '2026-11-01T00:00:10.000Z';
const available = async (change: Partial<Breaker>) => {
  const { rt } = createTestTable();
  await breakerTable(rt, 'sandbox').update(tenantId, closedBreaker, { ...closedBreaker, version: 1, ...change });
  return providerIsAvailable(rt)(tenantId);
};

it('a provider is available while its breaker is closed or unused, and not while it is open or probes', async () => {
  expect(await providerIsAvailable(createTestTable().rt)(tenantId)).toBe(true);
  expect(await available({ status: 'closed' })).toBe(true);
  expect(await available({ status: 'open', until: later })).toBe(false);
  expect(await available({ status: 'probing', until: later })).toBe(false);
  expect(await available({ status: 'open', until: now })).toBe(false);
});

it('a provider whose breaker cannot be read is not available', async () => {
  const { rt } = createTestTable({
    intercept: () => () => {
      throw Object.assign(new Error('broken'), { name: 'TypeError' });
    },
  });
  expect(await providerIsAvailable(rt)(tenantId)).toBe(false);
});

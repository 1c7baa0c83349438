import { describe, expect, it } from 'vitest';
import { blockedAddressTable } from '#notifications/table/blocked-address-table';
import type { TenantId } from '#platform/kernel';
import { createTestTable } from '../fixtures/table.ts';

const DAY = 24 * 60 * 60_000;
const tenantId = 't1' as TenantId;
const ada = { tenantId, email: 'ada@example.com' };
const createBlocked = () => {
  const table = createTestTable();
  return { ...table, ...blockedAddressTable(table.rt) };
};

describe('a blocked address', () => {
  it.each([
    ['a bounce', ['bounced'], 'bounced'],
    ['a complaint', ['complained'], 'complained'],
    ['a bounce, then a complaint', ['bounced', 'complained'], 'complained'],
    ['a complaint, then a bounce', ['complained', 'bounced'], 'complained'],
    ['nothing', [], undefined],
  ] as const)('is so because of what weighs most: %s', async (_, reasons, expected) => {
    const { find, block } = createBlocked();
    for (const because of reasons) await block(ada, because);
    expect(await find(ada)).toBe(expected);
  });

  it.each([
    ['another tenant', { tenantId: 't2' as TenantId }, undefined],
    ['another address', { email: 'eve@example.com' }, undefined],
    ['another tag of the mailbox', { email: 'ada+shop@example.com' }, undefined],
    ['upper case', { email: 'Ada@Example.com' }, 'bounced'],
  ] as const)('says for %s: %o', async (_, change, expected) => {
    const { find, block } = createBlocked();
    await block(ada, 'bounced');
    expect(await find({ ...ada, ...change })).toBe(expected);
  });

  it.each([
    ['müller@exämple.de', 'MÜLLER@exämple.de'],
    ['ada@exämple.de', 'ada@xn--exmple-cua.de'],
  ])('is one address in every spelling that SES takes: %s', async (email, spelling) => {
    const { find, block } = createBlocked();
    await block({ tenantId, email }, 'bounced');
    expect(await find({ tenantId, email: spelling })).toBe('bounced');
  });

  it('is free again after a year, whether or not the item is deleted then', async () => {
    const { find, block, clock } = createBlocked();
    await block(ada, 'complained');
    clock.advance(365 * DAY - 1_000);
    expect(await find(ada)).toBe('complained');
    clock.advance(1_000);
    expect(await find(ada)).toBeUndefined();
  });

  it('costs one write unit, and does not tell whose it is', async () => {
    const { block, calls, records } = createBlocked();
    await block({ tenantId, email: `${'a'.repeat(64)}@example.com` }, 'bounced');
    expect(calls.map(({ operation, units }) => [operation, units.write])).toEqual([['PutItem', 1]]);
    const text = JSON.stringify(records);
    expect(text).toContain('notifications#t1#blocked-address#');
    expect(text).not.toMatch(/aaa|example/);
  });

  it('has another key for the same address of another tenant, and under another secret', async () => {
    const keyOf = async (tenant: string, secret: string) => {
      const { rt, records } = createTestTable({ secrets: { 'mailbox-digest-key': secret } });
      await blockedAddressTable(rt).block({ ...ada, tenantId: tenant as TenantId }, 'bounced');
      return String(records[0]?.dynamodb.Keys?.['pk']?.S).split('#').at(-1);
    };
    expect(new Set([await keyOf('t1', 'a'), await keyOf('t2', 'a'), await keyOf('t1', 'b')]).size).toBe(3);
  });
});

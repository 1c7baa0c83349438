import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { TenantId } from '#platform/kernel';
import {
  checkListShards,
  defaultTimes,
  listShardsOf,
  MAX_LIST_SHARDS,
  requireSettings,
  type Times,
  testTimes,
} from '#platform/runtime/times';

const withShards = (shards: Partial<Times['listShards']>): Times => ({
  ...defaultTimes,
  listShards: { ...defaultTimes.listShards, ...shards },
});

it('takes settings only if none is missing, and names the first one that is', () => {
  for (const times of [defaultTimes, testTimes]) expect(requireSettings(times)).toBe(times);
  for (const name of Object.keys(defaultTimes)) {
    const incomplete = JSON.parse(JSON.stringify({ ...defaultTimes, [name]: undefined }));
    expect(() => requireSettings(incomplete)).toThrow(`TIMES lacks ${name}`);
  }
});

it('takes 1 to 16 shards of a list, of the stage or of a tenant', () => {
  for (const shards of [{}, { default: MAX_LIST_SHARDS }, { tenants: { t1: 2 } }])
    expect(checkListShards(withShards(shards))).toEqual(withShards(shards));
  for (const count of [0, -1, 1.5, 17, Number.NaN])
    for (const shards of [{ default: count }, { tenants: { t1: count } }])
      expect(() => checkListShards(withShards(shards))).toThrow(`a list cannot have ${count} shards`);
});

it('takes own numbers of some sixty tenants, and refuses more than fit into the variables of a function', () => {
  const withTenants = (count: number) =>
    withShards({ tenants: Object.fromEntries(Array.from({ length: count }, () => [randomUUID(), MAX_LIST_SHARDS])) });
  expect(checkListShards(withTenants(60))).toBeDefined();
  expect(() => checkListShards(withTenants(80))).toThrow('80 tenants have a number of shards of their own');
});

it("has a tenant's own number of shards, or the default, whatever the tenant's id is", () => {
  const times = withShards({ default: 2, tenants: { t1: 4 } });
  expect(['t1', 't2', 'constructor'].map((id) => listShardsOf(times, id as TenantId))).toEqual([4, 2, 2]);
});

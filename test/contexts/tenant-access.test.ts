import { expect, it } from 'vitest';
import { contexts } from '#contexts';
import { functionsOf, variablesOf } from '#platform/manifest';

/** The functions that work for all tenants, and why no tenant can be set for their work. */
const FOR_ALL_TENANTS: Readonly<Record<string, string>> = {
  'operations-health': 'it reads one key of no tenant, to see whether the table responds',
  'operations-redrive': 'it stores one item of no tenant; the dead letters may be of any',
  'orders-sweep': 'it examines the due orders of all tenants',
  'payments-probe': 'it looks at the breakers and the owed money of all tenants',
  'sandbox-provider': 'it belongs to another company, whose only customer is Breakwater',
};

const functions = functionsOf(...contexts);
const withTable = functions.filter(({ spec }) => spec.grants.length > 0);

it('only these functions work for all tenants', () => {
  const found = functions.filter(({ spec }) => spec.tenants === 'all').map(({ id }) => id);
  expect(found.sort()).toEqual(Object.keys(FOR_ALL_TENANTS));
});

it('only they have the variable by which the runtime knows it', () => {
  const found = functions.filter(({ spec }) => variablesOf(spec, []).includes('TENANTS')).map(({ id }) => id);
  expect(found.sort()).toEqual(Object.keys(FOR_ALL_TENANTS));
});

it('no function that serves tenants works for all of them', () => {
  const served = withTable.filter(({ routes }) => routes.some(({ scope }) => scope === 'tenant'));
  expect(served.length).toBeGreaterThan(5);
  expect(served.filter(({ spec }) => spec.tenants)).toEqual([]);
});

it('the functions without access to the table do not say so', () => {
  const without = functions.filter(({ spec }) => spec.grants.length === 0);
  expect(without.map(({ id }) => id)).toContain('relay-publish');
  expect(without.filter(({ spec }) => spec.tenants)).toEqual([]);
});

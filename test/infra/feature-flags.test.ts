import { readFileSync } from 'node:fs';
import recommended from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { expect, test } from 'vitest';
import cdk from '../../cdk.json' with { type: 'json' };
import { createApp, settingsOf, synthesise } from './synthesis.ts';

const RECORD = 'docs/adr/0099-the-recommended-feature-flags.md';

/** The rows of the decision record: a flag that we set in another way than recommended, the value, and the reason. */
const exceptions = [...readFileSync(RECORD, 'utf8').matchAll(/^\| `(@aws-cdk\/[^`]+)` +\| `([^`]+)` +\| (\S.+) \|$/gm)];

test('cdk.json sets every flag that the library recommends, except those of ADR 99', () => {
  const expected = Object.fromEntries(exceptions.map(([, flag = '', value = '']) => [flag, JSON.parse(value)]));
  expect(cdk.context).toEqual({ ...recommended, ...expected });
});

test('ADR 99 lists no flag that the library recommends as we set it, or does not know', () => {
  expect(exceptions.length).toBeGreaterThan(0);
  const values: Readonly<Record<string, unknown>> = recommended;
  for (const [, flag = '', value = ''] of exceptions) {
    expect(Object.keys(values)).toContain(flag);
    expect(values[flag], flag).not.toEqual(JSON.parse(value));
  }
});

test('the tests synthesise with the flags of cdk.json', () => {
  const { node } = createApp();
  for (const [flag, value] of Object.entries(cdk.context)) expect(node.tryGetContext(flag), flag).toEqual(value);
});

/** A flag that decides on the name of a resource would replace it. */
test('no flag changes the logical id of a resource, except those of deployments', () => {
  const idsOf = (context: Readonly<Record<string, unknown>>) =>
    new Set(
      synthesise(settingsOf.prod, undefined, context)
        .resources.filter(({ Type }) => Type !== 'AWS::ApiGateway::Deployment')
        .map(({ stack, Type, id }) => `${stack} ${Type} ${id}`),
    );
  expect([...idsOf({})].sort()).toEqual([...idsOf(cdk.context)].sort());
});

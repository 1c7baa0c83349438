import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
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

/** The hash that a deployment's logical id ends with: another content is another deployment. */
const DEPLOYMENT_HASH = /[0-9a-f]{32}$/;

// a flag that renames a resource would replace it
test('the flags change no name and no logical id, and nothing of a template but what ADR 99 says', () => {
  const propertiesWith = (context: Readonly<Record<string, unknown>>) =>
    new Map(
      synthesise(settingsOf.prod, undefined, context).resources.map(({ stack, Type, id, Properties }) => [
        `${stack} ${Type} ${id.replace(DEPLOYMENT_HASH, '')}`,
        { Type, Properties },
      ]),
    );
  const [without, withFlags] = [propertiesWith({}), propertiesWith(cdk.context)];
  expect([...withFlags.keys()].sort()).toEqual([...without.keys()].sort());
  const changed = [...withFlags].flatMap(([resource, { Type, Properties }]) => {
    const before = without.get(resource)?.Properties ?? {};
    return Object.keys({ ...before, ...Properties })
      .filter((property) => !isDeepStrictEqual(before[property], Properties[property]))
      .map((property) => `${Type} ${property}`);
  });
  expect(changed.sort()).toEqual([
    'AWS::ApiGateway::Stage AccessLogSetting',
    'AWS::ApiGateway::Stage DeploymentId',
    'AWS::S3::Bucket AccessControl',
    'AWS::S3::Bucket OwnershipControls',
    'AWS::S3::BucketPolicy PolicyDocument',
  ]);
});

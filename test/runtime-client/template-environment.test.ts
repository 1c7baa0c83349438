import { expect, test } from 'vitest';
import { resolveValue } from './template-environment.ts';

const parameters = { Url: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/breakwater/dev/provider-url' } };
const stored = { '/breakwater/dev/provider-url': 'https://provider.example' };

test('resolves what the environments of functions use', () => {
  const join = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':', { Ref: 'AWS::Region' }]] };
  expect(resolveValue('plain', parameters, stored)).toBe('plain');
  expect(resolveValue(join, parameters, stored)).toBe('arn:aws:us-east-1');
  expect(resolveValue({ Ref: 'Url' }, parameters, stored)).toBe('https://provider.example');
});

test.each([{ Ref: 'Unknown' }, { Ref: 'Url', 'Fn::Join': [] }, { 'Fn::GetAtt': ['Queue', 'Arn'] }, {}])(
  'refuses %j, instead of a wrong value',
  (value) => expect(() => resolveValue(value, { ...parameters, Unknown: {} }, stored)).toThrow('cannot resolve'),
);

import { describe, expect, test } from 'vitest';
import type { Statement } from './roles.ts';
import { coversTable, isLimitedToOneContext } from './table-statements.ts';

describe('the check of table statements', () => {
  const limited: Statement = {
    Effect: 'Allow',
    Action: ['dynamodb:GetItem'],
    Resource: ['*'],
    Condition: {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['orders#*'] },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  };
  const withPrefix = (prefix: string) => ({
    ...limited.Condition,
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [prefix] },
  });

  test('accepts a statement that is limited to one context', () =>
    expect(coversTable(limited) && isLimitedToOneContext(limited)).toBe(true));

  test.each<[string, Statement]>([
    ['no condition', { ...limited, Condition: undefined }],
    ['no Null', { ...limited, Condition: { 'ForAllValues:StringLike': limited.Condition['ForAllValues:StringLike'] } }],
    [
      'a Null that requires the absence of keys',
      { ...limited, Condition: { ...limited.Condition, Null: { 'dynamodb:LeadingKeys': 'true' } } },
    ],
    ['all keys', { ...limited, Condition: withPrefix('*') }],
    ['a prefix that other contexts share', { ...limited, Condition: withPrefix('orders*') }],
    ['a further condition', { ...limited, Condition: { ...limited.Condition, StringEquals: {} } }],
    ['Scan', { ...limited, Action: ['dynamodb:GetItem', 'dynamodb:Scan'] }],
    ['PartiQL', { ...limited, Action: ['dynamodb:PartiQLSelect'] }],
    ['every action of the service', { ...limited, Action: ['dynamodb:*'] }],
    ['every action', { ...limited, Action: ['*'] }],
  ])('rejects %s', (_, statement) => expect(coversTable(statement) && !isLimitedToOneContext(statement)).toBe(true));
});

import { describe, expect, it } from 'vitest';
import { key, openTable } from './table.ts';

/** Opens a table whose caller is denied the action, and records the checks. */
const openDenying = (action: string) => {
  const checks: (readonly [string, readonly string[]])[] = [];
  const findDenial = (requested: string, keys: readonly string[]) => {
    checks.push([requested, keys]);
    return requested === action ? 'no grant' : undefined;
  };
  return { ...openTable({}, { name: 'function', findDenial }), checks };
};

const listQuery = {
  IndexName: 'list',
  KeyConditionExpression: 'listPk = :l',
  ExpressionAttributeValues: { ':l': { S: 'L' } },
};

describe('a caller without the grant', () => {
  it.each([
    ['GetItem', { Key: key('a') }, ['a']],
    ['PutItem', { Item: key('a') }, ['a']],
    ['UpdateItem', { Key: key('a') }, ['a']],
    ['DeleteItem', { Key: key('a') }, ['a']],
    ['BatchGetItem', { RequestItems: { 'the-table': { Keys: [key('a'), key('b')] } } }, ['a', 'b']],
    ['Query', listQuery, ['L']],
    ['Scan', {}, []],
    ['DescribeTable', {}, []],
  ])('is denied %s, checked with its partition keys', async (operation, input, keys) => {
    const { call, checks, calls } = openDenying(operation);
    await expect(call(operation, input)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `User: function is not authorized to perform: dynamodb:${operation} because no grant`,
    });
    expect(checks).toEqual([[operation, keys]]);
    expect(calls).toMatchObject([
      { operation, partitionKeys: keys, outcome: 'AccessDeniedException', units: { read: 0, write: 0 } },
    ]);
  });

  it.each([
    ['PutItem', 'Put', { Item: key('a') }],
    ['UpdateItem', 'Update', { Key: key('a') }],
    ['DeleteItem', 'Delete', { Key: key('a') }],
    ['ConditionCheckItem', 'ConditionCheck', { Key: key('a'), ConditionExpression: 'attribute_exists(pk)' }],
  ])('is denied a transaction that needs %s', async (action, kind, input) => {
    const { part, transact, get, checks } = openDenying(action);
    const other = kind === 'Put' ? part('Delete', { Key: key('b') }) : part('Put', { Item: key('b') });
    await expect(transact(other, part(kind, input))).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(checks.at(-1)).toEqual([action, ['a']]);
    expect(await get('b')).toEqual({});
  });

  it('is denied a transaction that reads', async () => {
    const { call, part } = openDenying('GetItem');
    const TransactItems = [part('Get', { Key: key('a') })];
    await expect(call('TransactGetItems', { TransactItems })).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('an unsupported parameter', () => {
  it.each([
    ['PutItem', { Item: key('a'), Expected: {} }, 'Expected'],
    ['UpdateItem', { Key: key('a'), AttributeUpdates: {} }, 'AttributeUpdates'],
    ['Query', { KeyConditions: {} }, 'KeyConditions'],
    ['Scan', { Segment: 0, TotalSegments: 2 }, 'Segment'],
    ['GetItem', { Key: key('a'), AttributesToGet: ['a'] }, 'AttributesToGet'],
  ])('is rejected by name: %s', async (operation, input, parameter) => {
    await expect(openTable().call(operation, input)).rejects.toMatchObject({
      name: 'NotSupported',
      message: `not supported: DynamoDB.${operation} with ${parameter}`,
    });
  });
});

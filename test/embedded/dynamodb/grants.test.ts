import { describe, expect, it } from 'vitest';
import { key, open } from './table.ts';

/** Opens a table whose caller is refused the action; the answer tells what the caller was asked for. */
const refusing = (action: string) => {
  const asked: (readonly [string, readonly string[]])[] = [];
  const refuses = (wanted: string, keys: readonly string[]) => {
    asked.push([wanted, keys]);
    return wanted === action ? 'no grant' : undefined;
  };
  return { ...open({}, { name: 'function', refuses }), asked };
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
  ])('is refused %s, asked for its partition keys', async (operation, input, keys) => {
    const { call, asked, seen } = refusing(operation);
    await expect(call(operation, input)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `User: function is not authorized to perform: dynamodb:${operation} because no grant`,
    });
    expect(asked).toEqual([[operation, keys]]);
    expect(seen).toMatchObject([{ operation, keys, outcome: 'AccessDeniedException', units: { read: 0, write: 0 } }]);
  });

  it.each([
    ['PutItem', 'Put', { Item: key('a') }],
    ['UpdateItem', 'Update', { Key: key('a') }],
    ['DeleteItem', 'Delete', { Key: key('a') }],
    ['ConditionCheckItem', 'ConditionCheck', { Key: key('a'), ConditionExpression: 'attribute_exists(pk)' }],
  ])('is refused a transaction for want of %s', async (action, kind, input) => {
    const { part, transact, get, asked } = refusing(action);
    const other = kind === 'Put' ? part('Delete', { Key: key('b') }) : part('Put', { Item: key('b') });
    await expect(transact(other, part(kind, input))).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(asked.at(-1)).toEqual([action, ['a']]);
    expect(await get('b')).toEqual({});
  });

  it('is refused a transaction that reads for want of GetItem', async () => {
    const { call, part } = refusing('GetItem');
    const TransactItems = [part('Get', { Key: key('a') })];
    await expect(call('TransactGetItems', { TransactItems })).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('what the host does not have', () => {
  it.each([
    ['PutItem', { Item: key('a'), Expected: {} }, 'Expected'],
    ['UpdateItem', { Key: key('a'), AttributeUpdates: {} }, 'AttributeUpdates'],
    ['Query', { KeyConditions: {} }, 'KeyConditions'],
    ['Scan', { Segment: 0, TotalSegments: 2 }, 'Segment'],
    ['GetItem', { Key: key('a'), AttributesToGet: ['a'] }, 'AttributesToGet'],
  ])('is refused by name: %s', async (operation, input, parameter) => {
    await expect(open().call(operation, input)).rejects.toMatchObject({
      name: 'NotSupportedByEmbeddedHost',
      message: `not supported by the embedded host: DynamoDB.${operation} with ${parameter}`,
    });
  });
});

import { TABLE } from '../fixtures/dynamodb-target.ts';
import { batchGet, conformance, get, key, put, remove, update } from './suite.ts';

const CONDITION = 'The conditional request failed';
const absent = { ConditionExpression: 'attribute_not_exists(pk)' };

conformance('PutItem', {
  'stores what GetItem returns': [
    put({ ...key('a'), n: 1.5, s: 'ä', b: true, z: null, l: [1, ['x']], m: { deep: { er: 1 } } }).returns({}),
    get('a').returns({
      Item: { ...key('a'), n: 1.5, s: 'ä', b: true, z: null, l: [1, ['x']], m: { deep: { er: 1 } } },
    }),
  ],
  'replaces the whole item': [
    put({ ...key('a'), old: 1 }).returns({}),
    put({ ...key('a'), fresh: 2 }).returns({}),
    get('a').returns({ Item: { ...key('a'), fresh: 2 } }),
  ],
  'distinguishes items of one partition by their sort keys': [
    put({ ...key('a', '1'), n: 1 }).returns({}),
    put({ ...key('a', '2'), n: 2 }).returns({}),
    get('a', { Key: key('a', '1') }).returns({ Item: { ...key('a', '1'), n: 1 } }),
    get('a').returns({}),
  ],
  'stores sets': [
    put({ ...key('a'), ss: new Set(['x', 'y']), ns: new Set([1, 2]), bs: new Set([new Uint8Array([1, 2])]) }).returns(
      {},
    ),
    get('a').returns({
      Item: { ...key('a'), ss: new Set(['y', 'x']), ns: new Set([2, 1]), bs: new Set([new Uint8Array([1, 2])]) },
    }),
  ],
  'stores bytes': [
    put({ ...key('a'), bytes: new Uint8Array([0, 255, 7]) }).returns({}),
    get('a').returns({ Item: { ...key('a'), bytes: new Uint8Array([0, 255, 7]) } }),
  ],
  'accepts an empty string, list and map outside the key': [
    put({ ...key('a'), s: '', l: [], m: {} }).returns({}),
    get('a').returns({ Item: { ...key('a'), s: '', l: [], m: {} } }),
  ],
  'accepts names that every JavaScript object has': [
    put({ ...key('a'), constructor: 'c', toString: 't' }).returns({}),
    get('a', { ProjectionExpression: 'toString' }).returns({ Item: { toString: 't' } }),
    get('a', { ProjectionExpression: 'valueOf' }).returns({ Item: {} }),
  ],
  'returns the old item on request': [
    put({ ...key('a'), n: 1 }, { ReturnValues: 'ALL_OLD' }).returns({}),
    put({ ...key('a'), n: 2 }, { ReturnValues: 'ALL_OLD' }).returns({ Attributes: { ...key('a'), n: 1 } }),
  ],
  'rejects ALL_NEW': [
    put(key('a'), { ReturnValues: 'ALL_NEW' }).fails('ValidationException', 'Return values set to invalid value'),
  ],
  'fails if its condition fails, and changes nothing': [
    put({ ...key('a'), n: 1 }, absent).returns({}),
    put({ ...key('a'), n: 2 }, absent).fails('ConditionalCheckFailedException', CONDITION, { Item: undefined }),
    get('a').returns({ Item: { ...key('a'), n: 1 } }),
  ],
  'returns the conflicting item on request': [
    put({ ...key('a'), n: 1 }).returns({}),
    put(key('a'), { ...absent, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }).fails(
      'ConditionalCheckFailedException',
      CONDITION,
      { Item: { pk: { S: 'a' }, sk: { S: '-' }, n: { N: '1' } } },
    ),
  ],
  'returns no conflicting item if there is none': [
    put(key('a'), {
      ConditionExpression: 'attribute_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }).fails('ConditionalCheckFailedException', CONDITION, { Item: undefined }),
  ],
  'requires every key attribute': [
    put({ pk: 'a' }).fails('ValidationException', 'One of the required keys was not given a value'),
  ],
  'requires keys of their type': [put({ pk: 'a', sk: 1 }).fails('ValidationException', 'Type mismatch for key')],
  'requires an existing table': [
    put(key('a'), { TableName: 'no-such-table' }).fails('ResourceNotFoundException', 'non-existent'),
  ],
});

conformance('GetItem', {
  'returns nothing for a missing item': [get('a').returns({})],
  'projects attributes, paths and elements': [
    put({ ...key('a'), n: 1, m: { x: 1, y: { z: 2 } }, l: ['p', 'q', 'r'] }).returns({}),
    get('a', { ProjectionExpression: 'n, m.y.z, l[2], l[0], gone' }).returns({
      Item: { n: 1, m: { y: { z: 2 } }, l: ['p', 'r'] },
    }),
  ],
  'projects an item to an empty one': [
    put(key('a')).returns({}),
    get('a', { ProjectionExpression: 'x' }).returns({ Item: {} }),
  ],
  'projects by placeholder': [
    put({ ...key('a'), status: 's', 'with.dot': 1 }).returns({}),
    get('a', {
      ProjectionExpression: '#s, #d',
      ExpressionAttributeNames: { '#s': 'status', '#d': 'with.dot' },
    }).returns({ Item: { status: 's', 'with.dot': 1 } }),
  ],
  'rejects overlapping paths': [
    get('a', { ProjectionExpression: 'm, m.x' }).fails(
      'ValidationException',
      'Invalid ProjectionExpression: Two document paths overlap with each other',
    ),
  ],
  'requires exactly the key': [
    get('a', { Key: { pk: 'a' } }).fails('ValidationException', 'The number of conditions on the keys is invalid'),
    get('a', { Key: { ...key('a'), x: 1 } }).fails('ValidationException', 'The number of conditions'),
  ],
  'rejects empty keys': [get('').fails('ValidationException', 'cannot contain an empty string value. Key: pk')],
});

conformance('DeleteItem', {
  'removes the item': [put(key('a')).returns({}), remove('a').returns({}), get('a').returns({})],
  'succeeds if there is no item': [
    remove('a', { ReturnValues: 'ALL_OLD', ReturnConsumedCapacity: 'TOTAL' }).returns({
      ConsumedCapacity: { TableName: TABLE, CapacityUnits: 1 },
    }),
  ],
  'returns the old item on request': [
    put({ ...key('a'), n: 1 }).returns({}),
    remove('a', { ReturnValues: 'ALL_OLD' }).returns({ Attributes: { ...key('a'), n: 1 } }),
  ],
  'rejects UPDATED_OLD': [remove('a', { ReturnValues: 'UPDATED_OLD' }).fails('ValidationException')],
  'changes nothing if its condition fails': [
    put({ ...key('a'), n: 1 }).returns({}),
    remove('a', { ConditionExpression: 'n = :n', ExpressionAttributeValues: { ':n': 2 } }).fails(
      'ConditionalCheckFailedException',
    ),
    update('a', undefined).returns({ Attributes: { ...key('a'), n: 1 } }),
  ],
});

conformance('BatchGetItem', {
  'returns the existing items': [
    put({ ...key('a'), n: 1 }).returns({}),
    batchGet({ Keys: [key('a'), key('b')], ConsistentRead: true }).returns({
      Responses: { [TABLE]: [{ ...key('a'), n: 1 }] },
      UnprocessedKeys: {},
    }),
  ],
  projects: [
    put({ ...key('a'), status: 1 }).returns({}),
    batchGet({ Keys: [key('a')], ProjectionExpression: '#s', ExpressionAttributeNames: { '#s': 'status' } }).returns({
      Responses: { [TABLE]: [{ status: 1 }] },
      UnprocessedKeys: {},
    }),
  ],
  'rejects duplicate keys': [
    batchGet({ Keys: [key('a'), key('a')] }).fails('ValidationException', 'item keys contains duplicates'),
  ],
  'rejects more than 100 keys': [
    batchGet({ Keys: Array.from({ length: 101 }, (_, at) => key(`a${at}`)) }).fails(
      'ValidationException',
      'Too many items',
    ),
  ],
  'rejects an empty list of keys': [batchGet({ Keys: [] }).fails('ValidationException')],
});

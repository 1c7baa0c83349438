import { batchGet, conformance, get, key, put, remove, update } from './suite.ts';
import { TABLE } from './target.ts';

const CONDITION = 'The conditional request failed';
const absent = { ConditionExpression: 'attribute_not_exists(pk)' };

conformance('PutItem', {
  'stores what GetItem answers': [
    put({ ...key('a'), n: 1.5, s: 'ä', b: true, z: null, l: [1, ['x']], m: { deep: { er: 1 } } }).gives({}),
    get('a').gives({ Item: { ...key('a'), n: 1.5, s: 'ä', b: true, z: null, l: [1, ['x']], m: { deep: { er: 1 } } } }),
  ],
  'replaces the whole item': [
    put({ ...key('a'), old: 1 }).gives({}),
    put({ ...key('a'), fresh: 2 }).gives({}),
    get('a').gives({ Item: { ...key('a'), fresh: 2 } }),
  ],
  'keeps items of one partition apart by their sort keys': [
    put({ ...key('a', '1'), n: 1 }).gives({}),
    put({ ...key('a', '2'), n: 2 }).gives({}),
    get('a', { Key: key('a', '1') }).gives({ Item: { ...key('a', '1'), n: 1 } }),
    get('a').gives({}),
  ],
  'stores sets': [
    put({ ...key('a'), ss: new Set(['x', 'y']), ns: new Set([1, 2]), bs: new Set([new Uint8Array([1, 2])]) }).gives({}),
    get('a').gives({
      Item: { ...key('a'), ss: new Set(['y', 'x']), ns: new Set([2, 1]), bs: new Set([new Uint8Array([1, 2])]) },
    }),
  ],
  'stores bytes': [
    put({ ...key('a'), bytes: new Uint8Array([0, 255, 7]) }).gives({}),
    get('a').gives({ Item: { ...key('a'), bytes: new Uint8Array([0, 255, 7]) } }),
  ],
  'takes an empty string, list and map where they are no key': [
    put({ ...key('a'), s: '', l: [], m: {} }).gives({}),
    get('a').gives({ Item: { ...key('a'), s: '', l: [], m: {} } }),
  ],
  'takes names that every JavaScript object has': [
    put({ ...key('a'), constructor: 'c', toString: 't' }).gives({}),
    get('a', { ProjectionExpression: 'toString' }).gives({ Item: { toString: 't' } }),
    get('a', { ProjectionExpression: 'valueOf' }).gives({ Item: {} }),
  ],
  'answers the old item when asked': [
    put({ ...key('a'), n: 1 }, { ReturnValues: 'ALL_OLD' }).gives({}),
    put({ ...key('a'), n: 2 }, { ReturnValues: 'ALL_OLD' }).gives({ Attributes: { ...key('a'), n: 1 } }),
  ],
  'knows no ALL_NEW': [
    put(key('a'), { ReturnValues: 'ALL_NEW' }).fails('ValidationException', 'Return values set to invalid value'),
  ],
  'refuses under a condition that does not hold, and changes nothing': [
    put({ ...key('a'), n: 1 }, absent).gives({}),
    put({ ...key('a'), n: 2 }, absent).fails('ConditionalCheckFailedException', CONDITION, { Item: undefined }),
    get('a').gives({ Item: { ...key('a'), n: 1 } }),
  ],
  'shows the item that stood in the way when asked': [
    put({ ...key('a'), n: 1 }).gives({}),
    put(key('a'), { ...absent, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }).fails(
      'ConditionalCheckFailedException',
      CONDITION,
      { Item: { pk: { S: 'a' }, sk: { S: '-' }, n: { N: '1' } } },
    ),
  ],
  'shows no item where none stood in the way': [
    put(key('a'), {
      ConditionExpression: 'attribute_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }).fails('ConditionalCheckFailedException', CONDITION, { Item: undefined }),
  ],
  'needs every key attribute': [
    put({ pk: 'a' }).fails('ValidationException', 'One of the required keys was not given a value'),
  ],
  'needs keys of their type': [put({ pk: 'a', sk: 1 }).fails('ValidationException', 'Type mismatch for key')],
  'needs a table': [put(key('a'), { TableName: 'no-such-table' }).fails('ResourceNotFoundException', 'non-existent')],
});

conformance('GetItem', {
  'answers nothing for an absent item': [get('a').gives({})],
  'projects attributes, paths and elements': [
    put({ ...key('a'), n: 1, m: { x: 1, y: { z: 2 } }, l: ['p', 'q', 'r'] }).gives({}),
    get('a', { ProjectionExpression: 'n, m.y.z, l[2], l[0], gone' }).gives({
      Item: { n: 1, m: { y: { z: 2 } }, l: ['p', 'r'] },
    }),
  ],
  'projects an item to nothing': [put(key('a')).gives({}), get('a', { ProjectionExpression: 'x' }).gives({ Item: {} })],
  'projects by placeholder': [
    put({ ...key('a'), status: 's', 'with.dot': 1 }).gives({}),
    get('a', {
      ProjectionExpression: '#s, #d',
      ExpressionAttributeNames: { '#s': 'status', '#d': 'with.dot' },
    }).gives({ Item: { status: 's', 'with.dot': 1 } }),
  ],
  'refuses paths that overlap': [
    get('a', { ProjectionExpression: 'm, m.x' }).fails(
      'ValidationException',
      'Invalid ProjectionExpression: Two document paths overlap with each other',
    ),
  ],
  'needs the whole key and no more': [
    get('a', { Key: { pk: 'a' } }).fails('ValidationException', 'The number of conditions on the keys is invalid'),
    get('a', { Key: { ...key('a'), x: 1 } }).fails('ValidationException', 'The number of conditions'),
  ],
  'needs keys that are not empty': [
    get('').fails('ValidationException', 'cannot contain an empty string value. Key: pk'),
  ],
});

conformance('DeleteItem', {
  'removes the item': [put(key('a')).gives({}), remove('a').gives({}), get('a').gives({})],
  'is content where there is none': [
    remove('a', { ReturnValues: 'ALL_OLD', ReturnConsumedCapacity: 'TOTAL' }).gives({
      ConsumedCapacity: { TableName: TABLE, CapacityUnits: 1 },
    }),
  ],
  'answers the old item when asked': [
    put({ ...key('a'), n: 1 }).gives({}),
    remove('a', { ReturnValues: 'ALL_OLD' }).gives({ Attributes: { ...key('a'), n: 1 } }),
  ],
  'knows no UPDATED_OLD': [remove('a', { ReturnValues: 'UPDATED_OLD' }).fails('ValidationException')],
  'obeys its condition': [
    put({ ...key('a'), n: 1 }).gives({}),
    remove('a', { ConditionExpression: 'n = :n', ExpressionAttributeValues: { ':n': 2 } }).fails(
      'ConditionalCheckFailedException',
    ),
    update('a', undefined).gives({ Attributes: { ...key('a'), n: 1 } }),
  ],
});

conformance('BatchGetItem', {
  'answers those that are there': [
    put({ ...key('a'), n: 1 }).gives({}),
    batchGet({ Keys: [key('a'), key('b')], ConsistentRead: true }).gives({
      Responses: { [TABLE]: [{ ...key('a'), n: 1 }] },
      UnprocessedKeys: {},
    }),
  ],
  projects: [
    put({ ...key('a'), status: 1 }).gives({}),
    batchGet({ Keys: [key('a')], ProjectionExpression: '#s', ExpressionAttributeNames: { '#s': 'status' } }).gives({
      Responses: { [TABLE]: [{ status: 1 }] },
      UnprocessedKeys: {},
    }),
  ],
  'refuses one key twice': [
    batchGet({ Keys: [key('a'), key('a')] }).fails('ValidationException', 'item keys contains duplicates'),
  ],
  'refuses more than 100 keys': [
    batchGet({ Keys: Array.from({ length: 101 }, (_, at) => key(`a${at}`)) }).fails(
      'ValidationException',
      'Too many items',
    ),
  ],
  'refuses no keys': [batchGet({ Keys: [] }).fails('ValidationException')],
});

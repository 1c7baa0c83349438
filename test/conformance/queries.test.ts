import { conformance, key, put, query } from './suite.ts';

const seeded = ['a', 'b', 'c', 'd'].map((sk) => put({ ...key('p', sk), word: `is ${sk}` }).returns({}));
const sortKeys = (...keys: string[]) => ({
  Items: keys.map((sk) => ({ sk })),
  Count: keys.length,
  ScannedCount: keys.length,
});
const only = { ProjectionExpression: 'sk' };
const where = (condition: string, values: Record<string, unknown>, more: object = {}) =>
  query(`pk = :p${condition}`, { ':p': 'p', ...values }, { ...only, ...more });
const invalid = (message: string) => ['ValidationException', message] as const;

conformance('Query', {
  'returns a partition in order': [...seeded, where('', {}).returns(sortKeys('a', 'b', 'c', 'd'))],
  'returns it backwards': [...seeded, where('', {}, { ScanIndexForward: false }).returns(sortKeys('d', 'c', 'b', 'a'))],
  'returns all attributes': [
    put({ ...key('p', 'a'), n: 1 }).returns({}),
    query('pk = :p', { ':p': 'p' }).returns({ Items: [{ ...key('p', 'a'), n: 1 }], Count: 1, ScannedCount: 1 }),
  ],
  'returns nothing for an empty partition': [...seeded, query('pk = :p', { ':p': 'q' }).returns(sortKeys())],
  'supports =': [...seeded, where(' AND sk = :s', { ':s': 'b' }).returns(sortKeys('b'))],
  'supports <': [...seeded, where(' AND sk < :s', { ':s': 'b' }).returns(sortKeys('a'))],
  'supports <=': [...seeded, where(' AND sk <= :s', { ':s': 'b' }).returns(sortKeys('a', 'b'))],
  'supports >': [...seeded, where(' AND sk > :s', { ':s': 'b' }).returns(sortKeys('c', 'd'))],
  'supports >=': [...seeded, where(' AND sk >= :s', { ':s': 'bb' }).returns(sortKeys('c', 'd'))],
  'supports BETWEEN, including both bounds': [
    ...seeded,
    where(' AND sk BETWEEN :s AND :t', { ':s': 'b', ':t': 'c' }).returns(sortKeys('b', 'c')),
  ],
  'supports begins_with': [
    ...seeded,
    put(key('p', 'bb')).returns({}),
    where(' AND begins_with(sk, :s)', { ':s': 'b' }).returns(sortKeys('b', 'bb')),
  ],
  'supports operands in either order, in parentheses': [
    ...seeded,
    query('(:s < sk) AND (:p = pk)', { ':s': 'b', ':p': 'p' }, only).returns(sortKeys('c', 'd')),
  ],
  'orders text by its UTF-8 bytes': [
    ...['😀', '\uFFFD', 'é', 'Z', 'a'].map((sk) => put(key('p', sk)).returns({})),
    where('', {}).returns(sortKeys('Z', 'a', 'é', '\uFFFD', '😀')),
  ],
  'pages by Limit, with a LastEvaluatedKey even at the end': [
    ...seeded,
    where('', {}, { Limit: 3 }).returns({ ...sortKeys('a', 'b', 'c'), LastEvaluatedKey: key('p', 'c') }),
    where('', {}, { Limit: 3, ExclusiveStartKey: key('p', 'c') }).returns(sortKeys('d')),
    where('', {}, { Limit: 1, ExclusiveStartKey: key('p', 'c') }).returns({
      ...sortKeys('d'),
      LastEvaluatedKey: key('p', 'd'),
    }),
  ],
  'pages backwards': [
    ...seeded,
    where('', {}, { Limit: 2, ScanIndexForward: false, ExclusiveStartKey: key('p', 'd') }).returns({
      ...sortKeys('c', 'b'),
      LastEvaluatedKey: key('p', 'b'),
    }),
  ],
  'starts after a key that does not exist': [
    ...seeded,
    where('', {}, { ExclusiveStartKey: key('p', 'bb') }).returns(sortKeys('c', 'd')),
  ],
  'stops at 1 MB': [
    ...['1', '2', '3', '4', '5', '6'].map((sk) => put({ ...key('p', sk), x: 'x'.repeat(300_000) }).returns({})),
    where('', {}).returns({ ...sortKeys('1', '2', '3', '4'), LastEvaluatedKey: key('p', '4') }),
    where('', {}, { ExclusiveStartKey: key('p', '4') }).returns(sortKeys('5', '6')),
  ],
  'filters after reading': [
    ...seeded,
    where('', { ':w': 'is c' }, { FilterExpression: 'word = :w' }).returns({ ...sortKeys('c'), ScannedCount: 4 }),
    where('', { ':w': 'is c' }, { FilterExpression: 'word = :w', Limit: 2 }).returns({
      ...sortKeys(),
      ScannedCount: 2,
      LastEvaluatedKey: key('p', 'b'),
    }),
  ],
  counts: [...seeded, query('pk = :p', { ':p': 'p' }, { Select: 'COUNT' }).returns({ Count: 4, ScannedCount: 4 })],
  'rejects a filter on a key': [
    where('', { ':s': 'b' }, { FilterExpression: 'sk = :s' }).fails(
      ...invalid('Filter Expression can only contain non-primary key attributes: Primary key attribute: sk'),
    ),
  ],
  'rejects other operators': [
    where(' AND sk <> :s', { ':s': 'b' }).fails(...invalid('Invalid operator used in KeyConditionExpression: <>')),
    where(' OR sk = :s', { ':s': 'b' }).fails(...invalid('Invalid operator used in KeyConditionExpression: OR')),
    where(' AND contains(sk, :s)', { ':s': 'b' }).fails(...invalid('Invalid operator used in KeyConditionExpression')),
  ],
  'requires the partition key, by =': [
    query('sk = :s', { ':s': 'b' }).fails(...invalid('Query condition missed key schema element')),
    query('pk < :s', { ':s': 'b' }).fails(...invalid('Query key condition not supported')),
    query('begins_with(pk, :s)', { ':s': 'b' }).fails(...invalid('Query key condition not supported')),
  ],
  'rejects conditions on other attributes': [
    where(' AND word = :s', { ':s': 'b' }).fails(...invalid('Query condition missed key schema element')),
  ],
  'accepts one condition per key': [
    where(' AND sk > :s AND sk < :t', { ':s': 'a', ':t': 'c' }).fails(...invalid('only contain one condition per key')),
  ],
  'compares a key only with a value': [
    query('pk = sk', { ':p': 'p' }).fails('ValidationException'),
    query('pk = :p', { ':p': 1 }).fails(...invalid('Condition parameter type does not match schema type')),
    where(' AND sk = :s', { ':s': '' }).fails(...invalid('cannot contain an empty string value. Key: sk')),
  ],
  'rejects swapped bounds': [
    where(' AND sk BETWEEN :s AND :t', { ':s': 'c', ':t': 'b' }).fails(...invalid('The BETWEEN operator requires')),
  ],
  'rejects a start key outside the range': [
    where('', {}, { ExclusiveStartKey: key('q', 'a') }).fails(...invalid('The provided starting key')),
    where(' AND sk > :s', { ':s': 'b' }, { ExclusiveStartKey: key('p', 'a') }).fails(
      ...invalid('The provided starting key does not match the range key predicate'),
    ),
    where('', {}, { ExclusiveStartKey: { pk: 'p' } }).fails('ValidationException'),
  ],
  'rejects a Limit of 0': [where('', {}, { Limit: 0 }).fails(...invalid('Limit must be greater than or equal to 1'))],
  'rejects a selection that contradicts its projection': [
    where('', {}, { Select: 'ALL_ATTRIBUTES' }).fails(...invalid('Cannot specify the ProjectionExpression')),
    where('', {}, { Select: 'SPECIFIC_ATTRIBUTES', ProjectionExpression: undefined }).fails(
      ...invalid('when choosing to get SPECIFIC_ATTRIBUTES'),
    ),
  ],
});

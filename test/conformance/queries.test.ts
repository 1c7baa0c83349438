import { conformance, key, put, query } from './suite.ts';

const seeded = ['a', 'b', 'c', 'd'].map((sk) => put({ ...key('p', sk), word: `is ${sk}` }).gives({}));
const sortKeys = (...found: string[]) => ({
  Items: found.map((sk) => ({ sk })),
  Count: found.length,
  ScannedCount: found.length,
});
const only = { ProjectionExpression: 'sk' };
const where = (condition: string, values: Record<string, unknown>, more: object = {}) =>
  query(`pk = :p${condition}`, { ':p': 'p', ...values }, { ...only, ...more });
const invalid = (message: string) => ['ValidationException', message] as const;

conformance('Query', {
  'answers a partition in order': [...seeded, where('', {}).gives(sortKeys('a', 'b', 'c', 'd'))],
  'answers it backwards': [...seeded, where('', {}, { ScanIndexForward: false }).gives(sortKeys('d', 'c', 'b', 'a'))],
  'answers all attributes': [
    put({ ...key('p', 'a'), n: 1 }).gives({}),
    query('pk = :p', { ':p': 'p' }).gives({ Items: [{ ...key('p', 'a'), n: 1 }], Count: 1, ScannedCount: 1 }),
  ],
  'answers nothing of an empty partition': [...seeded, query('pk = :p', { ':p': 'q' }).gives(sortKeys())],
  'takes =': [...seeded, where(' AND sk = :s', { ':s': 'b' }).gives(sortKeys('b'))],
  'takes <': [...seeded, where(' AND sk < :s', { ':s': 'b' }).gives(sortKeys('a'))],
  'takes <=': [...seeded, where(' AND sk <= :s', { ':s': 'b' }).gives(sortKeys('a', 'b'))],
  'takes >': [...seeded, where(' AND sk > :s', { ':s': 'b' }).gives(sortKeys('c', 'd'))],
  'takes >=': [...seeded, where(' AND sk >= :s', { ':s': 'bb' }).gives(sortKeys('c', 'd'))],
  'takes BETWEEN, both ends in it': [
    ...seeded,
    where(' AND sk BETWEEN :s AND :t', { ':s': 'b', ':t': 'c' }).gives(sortKeys('b', 'c')),
  ],
  'takes begins_with': [
    ...seeded,
    put(key('p', 'bb')).gives({}),
    where(' AND begins_with(sk, :s)', { ':s': 'b' }).gives(sortKeys('b', 'bb')),
  ],
  'takes operands in either order, in parentheses': [
    ...seeded,
    query('(:s < sk) AND (:p = pk)', { ':s': 'b', ':p': 'p' }, only).gives(sortKeys('c', 'd')),
  ],
  'orders text by its UTF-8 bytes': [
    ...['😀', '\uFFFD', 'é', 'Z', 'a'].map((sk) => put(key('p', sk)).gives({})),
    where('', {}).gives(sortKeys('Z', 'a', 'é', '\uFFFD', '😀')),
  ],
  'pages by Limit, and says so even at the very end': [
    ...seeded,
    where('', {}, { Limit: 3 }).gives({ ...sortKeys('a', 'b', 'c'), LastEvaluatedKey: key('p', 'c') }),
    where('', {}, { Limit: 3, ExclusiveStartKey: key('p', 'c') }).gives(sortKeys('d')),
    where('', {}, { Limit: 1, ExclusiveStartKey: key('p', 'c') }).gives({
      ...sortKeys('d'),
      LastEvaluatedKey: key('p', 'd'),
    }),
  ],
  'pages backwards': [
    ...seeded,
    where('', {}, { Limit: 2, ScanIndexForward: false, ExclusiveStartKey: key('p', 'd') }).gives({
      ...sortKeys('c', 'b'),
      LastEvaluatedKey: key('p', 'b'),
    }),
  ],
  'starts behind a key that is not there': [
    ...seeded,
    where('', {}, { ExclusiveStartKey: key('p', 'bb') }).gives(sortKeys('c', 'd')),
  ],
  'stops at 1 MB': [
    ...['1', '2', '3', '4', '5', '6'].map((sk) => put({ ...key('p', sk), x: 'x'.repeat(300_000) }).gives({})),
    where('', {}).gives({ ...sortKeys('1', '2', '3', '4'), LastEvaluatedKey: key('p', '4') }),
    where('', {}, { ExclusiveStartKey: key('p', '4') }).gives(sortKeys('5', '6')),
  ],
  'filters after it has read': [
    ...seeded,
    where('', { ':w': 'is c' }, { FilterExpression: 'word = :w' }).gives({ ...sortKeys('c'), ScannedCount: 4 }),
    where('', { ':w': 'is c' }, { FilterExpression: 'word = :w', Limit: 2 }).gives({
      ...sortKeys(),
      ScannedCount: 2,
      LastEvaluatedKey: key('p', 'b'),
    }),
  ],
  counts: [...seeded, query('pk = :p', { ':p': 'p' }, { Select: 'COUNT' }).gives({ Count: 4, ScannedCount: 4 })],
  'refuses a filter on a key': [
    where('', { ':s': 'b' }, { FilterExpression: 'sk = :s' }).fails(
      ...invalid('Filter Expression can only contain non-primary key attributes: Primary key attribute: sk'),
    ),
  ],
  'refuses other operators': [
    where(' AND sk <> :s', { ':s': 'b' }).fails(...invalid('Invalid operator used in KeyConditionExpression: <>')),
    where(' OR sk = :s', { ':s': 'b' }).fails(...invalid('Invalid operator used in KeyConditionExpression: OR')),
    where(' AND contains(sk, :s)', { ':s': 'b' }).fails(...invalid('Invalid operator used in KeyConditionExpression')),
  ],
  'needs the partition key, by =': [
    query('sk = :s', { ':s': 'b' }).fails(...invalid('Query condition missed key schema element')),
    query('pk < :s', { ':s': 'b' }).fails(...invalid('Query key condition not supported')),
    query('begins_with(pk, :s)', { ':s': 'b' }).fails(...invalid('Query key condition not supported')),
  ],
  'takes no other attribute': [
    where(' AND word = :s', { ':s': 'b' }).fails(...invalid('Query condition missed key schema element')),
  ],
  'takes one condition for each key': [
    where(' AND sk > :s AND sk < :t', { ':s': 'a', ':t': 'c' }).fails(...invalid('only contain one condition per key')),
  ],
  'compares a key with a value': [
    query('pk = sk', { ':p': 'p' }).fails('ValidationException'),
    query('pk = :p', { ':p': 1 }).fails(...invalid('Condition parameter type does not match schema type')),
    where(' AND sk = :s', { ':s': '' }).fails(...invalid('cannot contain an empty string value. Key: sk')),
  ],
  'refuses bounds that are swapped': [
    where(' AND sk BETWEEN :s AND :t', { ':s': 'c', ':t': 'b' }).fails(...invalid('The BETWEEN operator requires')),
  ],
  'refuses a start elsewhere': [
    where('', {}, { ExclusiveStartKey: key('q', 'a') }).fails(...invalid('The provided starting key')),
    where(' AND sk > :s', { ':s': 'b' }, { ExclusiveStartKey: key('p', 'a') }).fails(
      ...invalid('The provided starting key does not match the range key predicate'),
    ),
    where('', {}, { ExclusiveStartKey: { pk: 'p' } }).fails('ValidationException'),
  ],
  'refuses a Limit of none': [
    where('', {}, { Limit: 0 }).fails(...invalid('Limit must be greater than or equal to 1')),
  ],
  'refuses a selection that contradicts its projection': [
    where('', {}, { Select: 'ALL_ATTRIBUTES' }).fails(...invalid('Cannot specify the ProjectionExpression')),
    where('', {}, { Select: 'SPECIFIC_ATTRIBUTES', ProjectionExpression: undefined }).fails(
      ...invalid('when choosing to get SPECIFIC_ATTRIBUTES'),
    ),
  ],
});

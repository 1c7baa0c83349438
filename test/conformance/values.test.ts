import { conformance, get, key, put, putRaw, update } from './suite.ts';

const invalid = (message: string) => ['ValidationException', message] as const;
const nested = (depth: number) => {
  let value: object = { S: 'x' };
  for (let at = 0; at < depth; at += 1) value = { L: [value] };
  return value;
};
/** The size of the item below without its text. */
const KEY_AND_NAME_BYTES = 'pkask-x'.length;

conformance('a value', {
  'is a number in its shortest form': [
    putRaw({ a: { N: '01.50' }, b: { N: '-0.00' }, c: { N: '1.10E2' }, d: { N: '-1e-3' } }).returns({}),
    get('a').returns({ Item: { ...key('a'), a: 1.5, b: 0, c: 110, d: -0.001 } }),
  ],
  'is a number of up to 38 digits': [
    putRaw({ n: { N: '9'.repeat(38) } }).returns({}),
    putRaw({ n: { N: '9'.repeat(39) } }).fails(...invalid('38')),
    update('a', 'SET n = n + :v', { values: { ':v': 0.1 } }).fails(...invalid('38')),
  ],
  'is a number within its range': [
    putRaw({ n: { N: '9.9e125' }, m: { N: '-1e-130' } }).returns({}),
    putRaw({ n: { N: '1e126' } }).fails(...invalid('Number overflow')),
    putRaw({ n: { N: '1e-131' } }).fails(...invalid('Number underflow')),
  ],
  'is a well-formed number': [
    putRaw({ n: { N: 'ten' } }).fails('ValidationException'),
    putRaw({ n: { N: '' } }).fails('ValidationException'),
    putRaw({ n: { N: '1 ' } }).fails('ValidationException'),
  ],
  'equals another of the same number': [
    putRaw({ n: { N: '1.0' }, s: { NS: ['1.0', '2'] } }).returns({}),
    put(key('a'), {
      ConditionExpression: 'n = :one AND contains(s, :one)',
      ExpressionAttributeValues: { ':one': 1 },
    }).returns({}),
  ],
  'is a set without duplicates': [
    putRaw({ s: { SS: ['a', 'a'] } }).fails(...invalid('contains duplicates')),
    putRaw({ s: { NS: ['1', '1.0'] } }).fails(...invalid('contains duplicates')),
    putRaw({ s: { SS: ['a', 'A'] } }).returns({}),
  ],
  'is not an empty set': [
    putRaw({ s: { SS: [] } }).fails(...invalid('set  may not be empty')),
    putRaw({ s: { NS: [] } }).fails(...invalid('set  may not be empty')),
  ],
  'is null only with the value true': [putRaw({ n: { NULL: false } }).fails(...invalid('must have the value of true'))],
  'is nested at most 32 levels deep': [
    putRaw({ x: nested(31) }).returns({}),
    putRaw({ x: nested(32) }).fails(...invalid('Nesting Levels have exceeded supported limits')),
  ],
});

conformance('an item', {
  'has 400 KB at most': [
    put({ ...key('a'), x: 'x'.repeat(400 * 1024 - KEY_AND_NAME_BYTES) }).returns({}),
    put({ ...key('a'), x: 'x'.repeat(400 * 1024 - KEY_AND_NAME_BYTES + 1) }).fails(
      ...invalid('Item size has exceeded the maximum allowed size'),
    ),
  ],
  'has 400 KB at most after an update': [
    put({ ...key('a'), x: 'x'.repeat(400_000) }).returns({}),
    update('a', 'SET y = :y', { values: { ':y': 'y'.repeat(10_000) } }).fails('ValidationException', 'Item size'),
    get('a', { ProjectionExpression: 'y' }).returns({ Item: {} }),
  ],
  'has a partition key of 2,048 bytes at most': [
    put(key('é'.repeat(1024))).returns({}),
    put(key(`${'é'.repeat(1024)}.`)).fails(...invalid('under 2048 bytes')),
  ],
  'has a sort key of 1,024 bytes at most': [
    put(key('a', 's'.repeat(1024))).returns({}),
    put(key('a', 's'.repeat(1025))).fails(...invalid('range primary key values must be under 1024 bytes')),
  ],
});

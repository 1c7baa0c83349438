import { conformance, get, key, parts, put, transact, transactGet } from './suite.ts';

const cancelled = (...codes: string[]) =>
  [
    'TransactionCanceledException',
    `please refer cancellation reasons for specific reasons [${codes.join(', ')}]`,
    { CancellationReasons: codes.map((Code) => ({ Code })) },
  ] as const;
const absent = { ConditionExpression: 'attribute_not_exists(pk)' };
const many = (count: number) => Array.from({ length: count }, (_, at) => parts.put(key(`a${at}`)));

conformance('TransactWriteItems', {
  'puts, updates, deletes and checks in one transaction': [
    put({ ...key('b'), n: 1 }).returns({}),
    put(key('c')).returns({}),
    put(key('d')).returns({}),
    transact([
      parts.put({ ...key('a'), n: 1 }),
      parts.update('b', 'ADD n :one', { values: { ':one': 1 } }),
      parts.remove('c'),
      parts.check('d', 'attribute_exists(pk)'),
    ]).returns({}),
    get('a').returns({ Item: { ...key('a'), n: 1 } }),
    get('b').returns({ Item: { ...key('b'), n: 2 } }),
    get('c').returns({}),
    get('d').returns({ Item: key('d') }),
  ],
  'writes all or nothing': [
    put({ ...key('b'), n: 1 }).returns({}),
    transact([parts.put(key('a')), parts.put(key('b'), absent), parts.remove('c')]).fails(
      ...cancelled('None', 'ConditionalCheckFailed', 'None'),
    ),
    get('a').returns({}),
    get('b').returns({ Item: { ...key('b'), n: 1 } }),
  ],
  'names every condition that failed': [
    transact([
      parts.update('a', 'SET n = :n', { values: { ':n': 1 }, ConditionExpression: 'attribute_exists(pk)' }),
      parts.remove('b', { ConditionExpression: 'attribute_exists(pk)' }),
      parts.check('c', 'attribute_not_exists(pk)'),
      parts.check('d', 'attribute_exists(pk)'),
    ]).fails(...cancelled('ConditionalCheckFailed', 'ConditionalCheckFailed', 'None', 'ConditionalCheckFailed')),
  ],
  'returns the conflicting items on request': [
    put({ ...key('a'), n: 1 }).returns({}),
    put({ ...key('b'), n: 1 }).returns({}),
    transact([
      parts.put(key('a'), { ...absent, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
      parts.put(key('b'), absent),
    ]).fails('TransactionCanceledException', undefined, {
      CancellationReasons: [
        {
          Code: 'ConditionalCheckFailed',
          Message: 'The conditional request failed',
          Item: { pk: { S: 'a' }, sk: { S: '-' }, n: { N: '1' } },
        },
        { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
      ],
    }),
  ],
  'reports a change of a key': [
    transact([parts.update('a', 'SET pk = :v', { values: { ':v': 'c' } })]).fails(
      'TransactionCanceledException',
      undefined,
      {
        CancellationReasons: [
          {
            Code: 'ValidationError',
            Message:
              'One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key',
          },
        ],
      },
    ),
    get('a').returns({}),
  ],
  'checks the table as it was before': [
    transact([parts.put(key('a')), parts.check('b', 'attribute_not_exists(pk)')]).returns({}),
    transact([parts.remove('a'), parts.put(key('b'), absent)]).returns({}),
    get('b').returns({ Item: key('b') }),
  ],
  'accepts each item once': [
    transact([parts.put(key('a')), parts.remove('a')]).fails(
      'ValidationException',
      'Transaction request cannot include multiple operations on one item',
    ),
    get('a').returns({}),
  ],
  'accepts 100 parts': [transact(many(100)).returns({}), get('a99').returns({ Item: key('a99') })],
  'rejects more than 100': [transact(many(101)).fails('ValidationException', 'less than or equal to 100')],
  'rejects an empty list': [transact([]).fails('ValidationException', 'greater than or equal to 1')],
  'accepts exactly one operation per part': [
    transact([{ ...parts.put(key('a')), ...parts.remove('b') }]).fails(
      'ValidationException',
      'can only contain one of',
    ),
    transact([{}]).fails('ValidationException', 'should contain Delete or Put or Update request'),
  ],
  'requires a condition for a check': [transact([parts.check('a', undefined as never)]).fails('ValidationException')],
  'rejects an invalid expression as a whole': [
    transact([parts.put(key('a')), parts.put(key('b'), { ConditionExpression: 'foo bar' })]).fails(
      'ValidationException',
      'Invalid ConditionExpression: Syntax error; token: "bar"',
    ),
  ],
  'rejects invalid keys as a whole': [
    transact([parts.put(key('a')), parts.put({ pk: 'b' })]).fails('ValidationException', 'required keys'),
    transact([parts.put(key('a')), parts.remove('')]).fails('ValidationException', 'empty string value. Key: pk'),
  ],
  'rejects an item that is too large as a whole': [
    transact([parts.put(key('a')), parts.put({ ...key('b'), x: 'x'.repeat(410_000) })]).fails(
      'ValidationException',
      'Item size has exceeded the maximum allowed size',
    ),
  ],
});

/** Tokens outlive the table, so each run has its own. */
const token = (name: string) => ({ ClientRequestToken: `${name}-${process.pid}-${Date.now()}` });
const [again, other, failed, reordered] = [token('again'), token('other'), token('failed'), token('reordered')];
const add = (n: number) => [parts.update('a', 'ADD n :n', { values: { ':n': n } })];

conformance('a ClientRequestToken', {
  'makes a repeated request take effect once': [
    transact(add(1), again).returns({}),
    transact(add(1), again).returns({}),
    get('a').returns({ Item: { ...key('a'), n: 1 } }),
  ],
  'accepts the same request with its attributes in another order': [
    transact([parts.put({ ...key('a'), x: 1, y: { p: 1, q: 2 } })], reordered).returns({}),
    transact([parts.put({ y: { q: 2, p: 1 }, x: 1, ...key('a') })], reordered).returns({}),
  ],
  'belongs to one request only': [
    transact(add(1), other).returns({}),
    transact(add(2), other).fails('IdempotentParameterMismatchException'),
    get('a').returns({ Item: { ...key('a'), n: 1 } }),
  ],
  'can be used again after its request was cancelled': [
    transact([parts.put(key('b')), parts.check('a', 'attribute_exists(pk)')], failed).fails(
      ...cancelled('None', 'ConditionalCheckFailed'),
    ),
    put(key('a')).returns({}),
    transact([parts.put(key('b')), parts.check('a', 'attribute_exists(pk)')], failed).returns({}),
    get('b').returns({ Item: key('b') }),
  ],
});

conformance('TransactGetItems', {
  'returns items in order, projected, with gaps': [
    put({ ...key('a'), n: 1 }).returns({}),
    transactGet([{ Key: key('b') }, { Key: key('a'), ProjectionExpression: 'n' }]).returns({
      Responses: [{}, { Item: { n: 1 } }],
    }),
  ],
  'rejects an empty list': [transactGet([]).fails('ValidationException')],
  'accepts each item once': [
    transactGet([{ Key: key('a') }, { Key: key('a') }]).fails(
      'ValidationException',
      'Transaction request cannot include multiple operations on one item',
    ),
  ],
});

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
  'puts, updates, deletes and checks at once': [
    put({ ...key('b'), n: 1 }).gives({}),
    put(key('c')).gives({}),
    put(key('d')).gives({}),
    transact([
      parts.put({ ...key('a'), n: 1 }),
      parts.update('b', 'ADD n :one', { ':one': 1 }),
      parts.remove('c'),
      parts.check('d', 'attribute_exists(pk)'),
    ]).gives({}),
    get('a').gives({ Item: { ...key('a'), n: 1 } }),
    get('b').gives({ Item: { ...key('b'), n: 2 } }),
    get('c').gives({}),
    get('d').gives({ Item: key('d') }),
  ],
  'writes all or nothing': [
    put({ ...key('b'), n: 1 }).gives({}),
    transact([parts.put(key('a')), parts.put(key('b'), absent), parts.remove('c')]).fails(
      ...cancelled('None', 'ConditionalCheckFailed', 'None'),
    ),
    get('a').gives({}),
    get('b').gives({ Item: { ...key('b'), n: 1 } }),
  ],
  'names every condition that failed': [
    transact([
      parts.update('a', 'SET n = :n', { ':n': 1 }, { ConditionExpression: 'attribute_exists(pk)' }),
      parts.remove('b', { ConditionExpression: 'attribute_exists(pk)' }),
      parts.check('c', 'attribute_not_exists(pk)'),
      parts.check('d', 'attribute_exists(pk)'),
    ]).fails(...cancelled('ConditionalCheckFailed', 'ConditionalCheckFailed', 'None', 'ConditionalCheckFailed')),
  ],
  'shows the items in the way where asked': [
    put({ ...key('a'), n: 1 }).gives({}),
    put({ ...key('b'), n: 1 }).gives({}),
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
  'names a change of a key': [
    transact([parts.update('a', 'SET pk = :v', { ':v': 'c' })]).fails('TransactionCanceledException', undefined, {
      CancellationReasons: [
        {
          Code: 'ValidationError',
          Message:
            'One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key',
        },
      ],
    }),
    get('a').gives({}),
  ],
  'sees the table as it was': [
    transact([parts.put(key('a')), parts.check('b', 'attribute_not_exists(pk)')]).gives({}),
    transact([parts.remove('a'), parts.put(key('b'), absent)]).gives({}),
    get('b').gives({ Item: key('b') }),
  ],
  'takes one item once': [
    transact([parts.put(key('a')), parts.remove('a')]).fails(
      'ValidationException',
      'Transaction request cannot include multiple operations on one item',
    ),
    get('a').gives({}),
  ],
  'takes 100 parts': [transact(many(100)).gives({}), get('a99').gives({ Item: key('a99') })],
  'takes no more than 100': [transact(many(101)).fails('ValidationException', 'less than or equal to 100')],
  'takes no fewer than one': [transact([]).fails('ValidationException', 'greater than or equal to 1')],
  'takes one operation in each part': [
    transact([{ ...parts.put(key('a')), ...parts.remove('b') }]).fails(
      'ValidationException',
      'can only contain one of',
    ),
    transact([{}]).fails('ValidationException', 'should contain Delete or Put or Update request'),
  ],
  'checks with a condition': [transact([parts.check('a', undefined as never)]).fails('ValidationException')],
  'refuses a bad expression at once': [
    transact([parts.put(key('a')), parts.put(key('b'), { ConditionExpression: 'foo bar' })]).fails(
      'ValidationException',
      'Invalid ConditionExpression: Syntax error; token: "bar"',
    ),
  ],
  'refuses bad keys at once': [
    transact([parts.put(key('a')), parts.put({ pk: 'b' })]).fails('ValidationException', 'required keys'),
    transact([parts.put(key('a')), parts.remove('')]).fails('ValidationException', 'empty string value. Key: pk'),
  ],
  'refuses an item that is too big at once': [
    transact([parts.put(key('a')), parts.put({ ...key('b'), x: 'x'.repeat(410_000) })]).fails(
      'ValidationException',
      'Item size has exceeded the maximum allowed size',
    ),
  ],
});

/** Tokens outlive a table. */
const token = (name: string) => ({ ClientRequestToken: `${name}-${process.pid}-${Date.now()}` });
const [again, other, failed, turned] = [token('again'), token('other'), token('failed'), token('turned')];
const add = (n: number) => [parts.update('a', 'ADD n :n', { ':n': n })];

conformance('a ClientRequestToken', {
  'makes a repeated request one': [
    transact(add(1), again).gives({}),
    transact(add(1), again).gives({}),
    get('a').gives({ Item: { ...key('a'), n: 1 } }),
  ],
  'sees the same request in another order of attributes': [
    transact([parts.put({ ...key('a'), x: 1, y: { p: 1, q: 2 } })], turned).gives({}),
    transact([parts.put({ y: { q: 2, p: 1 }, x: 1, ...key('a') })], turned).gives({}),
  ],
  'is for one request alone': [
    transact(add(1), other).gives({}),
    transact(add(2), other).fails('IdempotentParameterMismatchException'),
    get('a').gives({ Item: { ...key('a'), n: 1 } }),
  ],
  'is free again after a request that was cancelled': [
    transact([parts.put(key('b')), parts.check('a', 'attribute_exists(pk)')], failed).fails(
      ...cancelled('None', 'ConditionalCheckFailed'),
    ),
    put(key('a')).gives({}),
    transact([parts.put(key('b')), parts.check('a', 'attribute_exists(pk)')], failed).gives({}),
    get('b').gives({ Item: key('b') }),
  ],
});

conformance('TransactGetItems', {
  'answers in order, projected, with gaps': [
    put({ ...key('a'), n: 1 }).gives({}),
    transactGet([{ Key: key('b') }, { Key: key('a'), ProjectionExpression: 'n' }]).gives({
      Responses: [{}, { Item: { n: 1 } }],
    }),
  ],
  'takes no fewer than one': [transactGet([]).fails('ValidationException')],
  'takes one item once': [
    transactGet([{ Key: key('a') }, { Key: key('a') }]).fails(
      'ValidationException',
      'Transaction request cannot include multiple operations on one item',
    ),
  ],
});

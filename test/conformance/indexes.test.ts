import { conformance, key, put, query, remove, update } from './suite.ts';

const entry = (pk: string, listSk: string, more: object = {}) => ({ ...key(pk), listPk: 'L', listSk, ...more });
const list = (more: object = {}) => query('listPk = :l', { ':l': 'L' }, { IndexName: 'list', ...more });
const page = (...items: object[]) => ({ Items: items, Count: items.length, ScannedCount: items.length });
const ranked = (more: object = {}) =>
  query('team = :t', { ':t': 'red' }, { IndexName: 'ranked', ProjectionExpression: 'points', ...more });
const points = (...values: number[]) => page(...values.map((value) => ({ points: value })));

conformance('an index', {
  'returns the projected attributes, in its own order': [
    put(entry('a', '2', { held: 1, word: 'not projected' })).returns({}),
    put(entry('b', '1')).returns({}),
    list().returns(page(entry('b', '1'), entry('a', '2', { held: 1 }))),
  ],
  'omits items without its key': [
    put({ ...key('a'), listPk: 'L' }).returns({}),
    put({ ...key('b'), listSk: '1' }).returns({}),
    list().returns(page()),
  ],
  'follows updates': [
    update('a', 'SET listPk = :l, listSk = :s', { values: { ':l': 'L', ':s': '1' } }).returns({
      Attributes: entry('a', '1'),
    }),
    list().returns(page(entry('a', '1'))),
    update('a', 'SET listSk = :s, held = :h', { values: { ':s': '2', ':h': 3 } }).returns({
      Attributes: entry('a', '2', { held: 3 }),
    }),
    list().returns(page(entry('a', '2', { held: 3 }))),
    update('a', 'REMOVE listPk').returns({ Attributes: { ...key('a'), listSk: '2', held: 3 } }),
    list().returns(page()),
  ],
  'follows replacement and deletion': [
    put(entry('a', '1')).returns({}),
    put(entry('a', '2')).returns({}),
    list().returns(page(entry('a', '2'))),
    remove('a').returns({}),
    list().returns(page()),
  ],
  'pages by all four key attributes': [
    put(entry('a', '1')).returns({}),
    put(entry('b', '2')).returns({}),
    list({ Limit: 1 }).returns({ ...page(entry('a', '1')), LastEvaluatedKey: entry('a', '1') }),
    list({ ExclusiveStartKey: entry('a', '1') }).returns(page(entry('b', '2'))),
    list({ ExclusiveStartKey: key('a') }).fails('ValidationException'),
  ],
  'reads backwards': [
    put(entry('a', '1')).returns({}),
    put(entry('b', '2')).returns({}),
    list({ Limit: 1, ScanIndexForward: false }).returns({
      ...page(entry('b', '2')),
      LastEvaluatedKey: entry('b', '2'),
    }),
  ],
  'accepts conditions on its own sort key': [
    put(entry('a', '1')).returns({}),
    put(entry('b', '2')).returns({}),
    query('listPk = :l AND listSk > :s', { ':l': 'L', ':s': '1' }, { IndexName: 'list' }).returns(
      page(entry('b', '2')),
    ),
    query('pk = :a', { ':a': 'a' }, { IndexName: 'list' }).fails('ValidationException'),
  ],
  'reads a range of its own sort key, with both ends, and backwards from before a key': [
    ...['1', '2', '2#', '3', '4'].map((sort) => put(entry(`i${sort}`, sort)).returns({})),
    query(
      'listPk = :l AND listSk BETWEEN :a AND :z',
      { ':l': 'L', ':a': '2 ', ':z': '3' },
      { IndexName: 'list' },
    ).returns(page(entry('i2#', '2#'), entry('i3', '3'))),
    query(
      'listPk = :l AND listSk < :s',
      { ':l': 'L', ':s': '3' },
      { IndexName: 'list', ScanIndexForward: false, Limit: 2 },
    ).returns({ ...page(entry('i2#', '2#'), entry('i2', '2')), LastEvaluatedKey: entry('i2', '2') }),
  ],
  'sorts numbers by value': [
    ...[10, -3, 2.5, 9].map((value) => put({ ...key(`n${value}`), team: 'red', points: value }).returns({})),
    ranked().returns(points(-3, 2.5, 9, 10)),
    query(
      'team = :t AND points > :p',
      { ':t': 'red', ':p': 2.5 },
      { IndexName: 'ranked', ProjectionExpression: 'points' },
    ).returns(points(9, 10)),
  ],
  'projects only keys, or all attributes': [
    put({ ...key('a'), team: 'red', points: 1, word: 'w' }).returns({}),
    ranked({ ProjectionExpression: undefined }).returns(page({ ...key('a'), team: 'red', points: 1 })),
    query('team = :t', { ':t': 'red' }, { IndexName: 'teams' }).returns(
      page({ ...key('a'), team: 'red', points: 1, word: 'w' }),
    ),
  ],
  filters: [
    put(entry('a', '1', { held: 1 })).returns({}),
    put(entry('b', '2', { held: 2 })).returns({}),
    query('listPk = :l', { ':l': 'L', ':h': 1 }, { IndexName: 'list', FilterExpression: 'held > :h' }).returns({
      ...page(entry('b', '2', { held: 2 })),
      ScannedCount: 2,
    }),
  ],
  'filters only by projected attributes': [
    query('listPk = :l', { ':l': 'L' }, { IndexName: 'list', FilterExpression: 'word = held AND gone = :l' }).fails(
      'ValidationException',
      'Secondary index list does not project one or more filter attributes: [gone, word]',
    ),
  ],
  'has no strongly consistent reads': [list({ ConsistentRead: true }).fails('ValidationException')],
  'rejects ALL_ATTRIBUTES unless it projects all': [
    list({ Select: 'ALL_ATTRIBUTES' }).fails('ValidationException', 'Select type ALL_ATTRIBUTES is not supported'),
  ],
  'rejects keys of another type, and empty ones': [
    put({ ...key('a'), listPk: 1 }).fails('ValidationException', 'Type mismatch for Index Key'),
    put({ ...key('a'), listPk: '' }).fails('ValidationException', 'IndexName: list, IndexKey: listPk'),
    update('a', 'SET listPk = :e', { values: { ':e': '' } }).fails(
      'ValidationException',
      'cannot contain an empty string value',
    ),
  ],
});

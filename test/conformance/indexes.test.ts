import { conformance, key, put, query, remove, update } from './suite.ts';

const entry = (pk: string, listSk: string, more: object = {}) => ({ ...key(pk), listPk: 'L', listSk, ...more });
const list = (more: object = {}) => query('listPk = :l', { ':l': 'L' }, { IndexName: 'list', ...more });
const found = (...items: object[]) => ({ Items: items, Count: items.length, ScannedCount: items.length });
const ranked = (more: object = {}) =>
  query('team = :t', { ':t': 'red' }, { IndexName: 'ranked', ProjectionExpression: 'points', ...more });
const points = (...values: number[]) => found(...values.map((value) => ({ points: value })));

conformance('an index', {
  'answers what it projects, in its own order': [
    put(entry('a', '2', { held: 1, word: 'not projected' })).gives({}),
    put(entry('b', '1')).gives({}),
    list().gives(found(entry('b', '1'), entry('a', '2', { held: 1 }))),
  ],
  'lacks what lacks its key': [
    put({ ...key('a'), listPk: 'L' }).gives({}),
    put({ ...key('b'), listSk: '1' }).gives({}),
    list().gives(found()),
  ],
  'follows updates': [
    update('a', 'SET listPk = :l, listSk = :s', { ':l': 'L', ':s': '1' }).gives({ Attributes: entry('a', '1') }),
    list().gives(found(entry('a', '1'))),
    update('a', 'SET listSk = :s, held = :h', { ':s': '2', ':h': 3 }).gives({
      Attributes: entry('a', '2', { held: 3 }),
    }),
    list().gives(found(entry('a', '2', { held: 3 }))),
    update('a', 'REMOVE listPk').gives({ Attributes: { ...key('a'), listSk: '2', held: 3 } }),
    list().gives(found()),
  ],
  'follows replacement and deletion': [
    put(entry('a', '1')).gives({}),
    put(entry('a', '2')).gives({}),
    list().gives(found(entry('a', '2'))),
    remove('a').gives({}),
    list().gives(found()),
  ],
  'pages by all four keys': [
    put(entry('a', '1')).gives({}),
    put(entry('b', '2')).gives({}),
    list({ Limit: 1 }).gives({ ...found(entry('a', '1')), LastEvaluatedKey: entry('a', '1') }),
    list({ ExclusiveStartKey: entry('a', '1') }).gives(found(entry('b', '2'))),
    list({ ExclusiveStartKey: key('a') }).fails('ValidationException'),
  ],
  'goes backwards': [
    put(entry('a', '1')).gives({}),
    put(entry('b', '2')).gives({}),
    list({ Limit: 1, ScanIndexForward: false }).gives({
      ...found(entry('b', '2')),
      LastEvaluatedKey: entry('b', '2'),
    }),
  ],
  'takes conditions on its own sort key': [
    put(entry('a', '1')).gives({}),
    put(entry('b', '2')).gives({}),
    query('listPk = :l AND listSk > :s', { ':l': 'L', ':s': '1' }, { IndexName: 'list' }).gives(found(entry('b', '2'))),
    query('pk = :a', { ':a': 'a' }, { IndexName: 'list' }).fails('ValidationException'),
  ],
  'orders numbers as numbers': [
    ...[10, -3, 2.5, 9].map((value) => put({ ...key(`n${value}`), team: 'red', points: value }).gives({})),
    ranked().gives(points(-3, 2.5, 9, 10)),
    query(
      'team = :t AND points > :p',
      { ':t': 'red', ':p': 2.5 },
      { IndexName: 'ranked', ProjectionExpression: 'points' },
    ).gives(points(9, 10)),
  ],
  'projects keys alone, or all': [
    put({ ...key('a'), team: 'red', points: 1, word: 'w' }).gives({}),
    ranked({ ProjectionExpression: undefined }).gives(found({ ...key('a'), team: 'red', points: 1 })),
    query('team = :t', { ':t': 'red' }, { IndexName: 'teams' }).gives(
      found({ ...key('a'), team: 'red', points: 1, word: 'w' }),
    ),
  ],
  filters: [
    put(entry('a', '1', { held: 1 })).gives({}),
    put(entry('b', '2', { held: 2 })).gives({}),
    query('listPk = :l', { ':l': 'L', ':h': 1 }, { IndexName: 'list', FilterExpression: 'held > :h' }).gives({
      ...found(entry('b', '2', { held: 2 })),
      ScannedCount: 2,
    }),
  ],
  'filters by what it projects': [
    query('listPk = :l', { ':l': 'L' }, { IndexName: 'list', FilterExpression: 'word = held AND gone = :l' }).fails(
      'ValidationException',
      'Secondary index list does not project one or more filter attributes: [gone, word]',
    ),
  ],
  'has no strongly consistent reads': [list({ ConsistentRead: true }).fails('ValidationException')],
  'refuses all attributes where it does not project them': [
    list({ Select: 'ALL_ATTRIBUTES' }).fails('ValidationException', 'Select type ALL_ATTRIBUTES is not supported'),
  ],
  'takes no key of another type, nor an empty one': [
    put({ ...key('a'), listPk: 1 }).fails('ValidationException', 'Type mismatch for Index Key'),
    put({ ...key('a'), listPk: '' }).fails('ValidationException', 'IndexName: list, IndexKey: listPk'),
    update('a', 'SET listPk = :e', { ':e': '' }).fails('ValidationException', 'cannot contain an empty string value'),
  ],
});

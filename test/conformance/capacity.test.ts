import { batchGet, conformance, get, key, put, query, remove, transactGet, update } from './suite.ts';
import { TABLE } from './target.ts';

const total = { ReturnConsumedCapacity: 'TOTAL' } as const;
const byIndex = { ReturnConsumedCapacity: 'INDEXES', ReturnValues: 'NONE' } as const;
const units = (CapacityUnits: number) => ({ ConsumedCapacity: { TableName: TABLE, CapacityUnits } });
const split = (table: number, list?: number) => ({
  ConsumedCapacity: {
    TableName: TABLE,
    CapacityUnits: table + (list ?? 0),
    Table: { CapacityUnits: table },
    ...(list !== undefined && { GlobalSecondaryIndexes: { list: { CapacityUnits: list } } }),
  },
});
const kilobytes = (count: number) => 'x'.repeat(count * 1000);
const listed = { listPk: 'L', listSk: '1' };

conformance('consumed capacity', {
  'of a write is one unit for each KB': [
    put(key('a'), total).gives(units(1)),
    put({ ...key('a'), x: kilobytes(3) }, total).gives(units(3)),
  ],
  'of a replacement is that of the bigger item': [
    put({ ...key('a'), x: kilobytes(3) }).gives({}),
    put(key('a'), total).gives(units(3)),
    put(key('a'), total).gives(units(1)),
  ],
  'of a deletion is that of the item': [
    put({ ...key('a'), x: kilobytes(2.5) }).gives({}),
    remove('a', total).gives(units(3)),
    remove('a', total).gives(units(1)),
  ],
  'of an update is that of the whole item': [
    put({ ...key('a'), x: kilobytes(2.5) }).gives({}),
    update('a', 'SET y = :y', { ':y': 1 }, { ...total, ReturnValues: 'NONE' }).gives(units(3)),
  ],
  'of a read is one unit for each 4 KB, half of it where it is eventually consistent': [
    put({ ...key('a'), x: kilobytes(5) }).gives({}),
    get('a', { ...total, ProjectionExpression: 'pk' }).gives({ Item: { pk: 'a' }, ...units(2) }),
    get('a', { ...total, ProjectionExpression: 'pk', ConsistentRead: false }).gives({ Item: { pk: 'a' }, ...units(1) }),
  ],
  'of a read of nothing is that of something': [get('a', total).gives(units(1))],
  'of a query is that of all that it read, together': [
    ...['1', '2', '3'].map((sk) => put({ ...key('a', sk), x: kilobytes(2) }).gives({})),
    query('pk = :p', { ':p': 'a' }, { ...total, ConsistentRead: true, Select: 'COUNT' }).gives({
      Count: 3,
      ScannedCount: 3,
      ...units(2),
    }),
  ],
  'of a batch is that of each item': [
    put({ ...key('a'), x: kilobytes(5) }).gives({}),
    put(key('b')).gives({}),
    batchGet({ Keys: [key('a'), key('b')], ProjectionExpression: 'x1', ConsistentRead: true }, total).gives({
      Responses: { [TABLE]: [{}, {}] },
      UnprocessedKeys: {},
      ConsumedCapacity: [{ TableName: TABLE, CapacityUnits: 3 }],
    }),
  ],
  'of an index counts what enters, moves within and leaves it': [
    put({ ...key('a'), ...listed }, byIndex).gives(split(1, 1)),
    put({ ...key('a'), ...listed, word: 'not projected' }, byIndex).gives(split(1)),
    put({ ...key('a'), ...listed, held: 1 }, byIndex).gives(split(1, 1)),
    put({ ...key('a'), listPk: 'L', listSk: '2', held: 1 }, byIndex).gives(split(1, 2)),
    put(key('a'), byIndex).gives(split(1, 1)),
  ],
  'of an index counts updates alike': [
    update('a', 'SET listPk = :l, listSk = :l', { ':l': 'L' }, byIndex).gives(split(1, 1)),
    update('a', 'SET word = :l', { ':l': 'L' }, byIndex).gives(split(1)),
    update('a', 'SET listSk = :m', { ':m': 'M' }, byIndex).gives(split(1, 2)),
    update('a', 'REMOVE listPk', undefined, byIndex).gives(split(1, 1)),
  ],
  "of a query of an index is the index's": [
    put({ ...key('a'), ...listed }).gives({}),
    query(
      'listPk = :l',
      { ':l': 'L' },
      { IndexName: 'list', Select: 'COUNT', ReturnConsumedCapacity: 'INDEXES' },
    ).gives({
      Count: 1,
      ScannedCount: 1,
      ...split(0, 0.5),
    }),
  ],
  'is not told unasked': [
    put(key('a'), { ReturnConsumedCapacity: 'NONE' }).gives({}),
    transactGet([{ Key: key('b') }]).gives({ Responses: [{}] }),
  ],
});

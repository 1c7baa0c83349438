import { TABLE } from '../fixtures/dynamodb-target.ts';
import { batchGet, conformance, get, key, put, query, remove, transactGet, update } from './suite.ts';

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
    put(key('a'), total).returns(units(1)),
    put({ ...key('a'), x: kilobytes(3) }, total).returns(units(3)),
  ],
  'of a replacement is that of the larger item': [
    put({ ...key('a'), x: kilobytes(3) }).returns({}),
    put(key('a'), total).returns(units(3)),
    put(key('a'), total).returns(units(1)),
  ],
  'of a deletion is that of the deleted item': [
    put({ ...key('a'), x: kilobytes(2.5) }).returns({}),
    remove('a', total).returns(units(3)),
    remove('a', total).returns(units(1)),
  ],
  'of an update is that of the whole item': [
    put({ ...key('a'), x: kilobytes(2.5) }).returns({}),
    update('a', 'SET y = :y', { values: { ':y': 1 }, ...total, ReturnValues: 'NONE' }).returns(units(3)),
  ],
  'of a read is one unit for each 4 KB, half of that if it is eventually consistent': [
    put({ ...key('a'), x: kilobytes(5) }).returns({}),
    get('a', { ...total, ProjectionExpression: 'pk' }).returns({ Item: { pk: 'a' }, ...units(2) }),
    get('a', { ...total, ProjectionExpression: 'pk', ConsistentRead: false }).returns({
      Item: { pk: 'a' },
      ...units(1),
    }),
  ],
  'of a read without a result is one unit': [get('a', total).returns(units(1))],
  'of a query is that of the total size of the items read': [
    ...['1', '2', '3'].map((sk) => put({ ...key('a', sk), x: kilobytes(2) }).returns({})),
    query('pk = :p', { ':p': 'a' }, { ...total, ConsistentRead: true, Select: 'COUNT' }).returns({
      Count: 3,
      ScannedCount: 3,
      ...units(2),
    }),
  ],
  'of a batch is the sum over its items': [
    put({ ...key('a'), x: kilobytes(5) }).returns({}),
    put(key('b')).returns({}),
    batchGet({ Keys: [key('a'), key('b')], ProjectionExpression: 'x1', ConsistentRead: true }, total).returns({
      Responses: { [TABLE]: [{}, {}] },
      UnprocessedKeys: {},
      ConsumedCapacity: [{ TableName: TABLE, CapacityUnits: 3 }],
    }),
  ],
  'of an index counts entries that are added, moved and removed': [
    put({ ...key('a'), ...listed }, byIndex).returns(split(1, 1)),
    put({ ...key('a'), ...listed, word: 'not projected' }, byIndex).returns(split(1)),
    put({ ...key('a'), ...listed, held: 1 }, byIndex).returns(split(1, 1)),
    put({ ...key('a'), listPk: 'L', listSk: '2', held: 1 }, byIndex).returns(split(1, 2)),
    put(key('a'), byIndex).returns(split(1, 1)),
  ],
  'of an index counts updates in the same way': [
    update('a', 'SET listPk = :l, listSk = :l', { values: { ':l': 'L' }, ...byIndex }).returns(split(1, 1)),
    update('a', 'SET word = :l', { values: { ':l': 'L' }, ...byIndex }).returns(split(1)),
    update('a', 'SET listSk = :m', { values: { ':m': 'M' }, ...byIndex }).returns(split(1, 2)),
    update('a', 'REMOVE listPk', { ...byIndex }).returns(split(1, 1)),
  ],
  'of a query of an index is charged to the index': [
    put({ ...key('a'), ...listed }).returns({}),
    query(
      'listPk = :l',
      { ':l': 'L' },
      { IndexName: 'list', Select: 'COUNT', ReturnConsumedCapacity: 'INDEXES' },
    ).returns({
      Count: 1,
      ScannedCount: 1,
      ...split(0, 0.5),
    }),
  ],
  'is returned only on request': [
    put(key('a'), { ReturnConsumedCapacity: 'NONE' }).returns({}),
    transactGet([{ Key: key('b') }]).returns({ Responses: [{}] }),
  ],
});

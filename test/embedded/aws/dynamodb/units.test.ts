import { describe, expect, it } from 'vitest';
import { key, openTable } from './table.ts';

const text = (kilobytes: number) => ({ x: { S: 'x'.repeat(kilobytes * 1000) } });
const listed = { listPk: { S: 'L' }, listSk: { S: '1' } };

describe('the units of a call', () => {
  it('count a transaction twice and its index writes once', async () => {
    const { call, clock, part, calls } = openTable();
    const TransactItems = [
      part('Put', { Item: { ...key('a'), ...listed, ...text(1.5) } }),
      part('Delete', { Key: key('b') }),
      part('ConditionCheck', { Key: key('c'), ConditionExpression: 'attribute_not_exists(pk)' }),
    ];
    const done = call('TransactWriteItems', { TransactItems, ReturnConsumedCapacity: 'INDEXES' });
    await clock.advance(0);
    const shown = (units: number) => ({ CapacityUnits: units, WriteCapacityUnits: units });
    expect(await done).toEqual({
      ConsumedCapacity: [
        { TableName: 'the-table', ...shown(9), Table: shown(8), GlobalSecondaryIndexes: { list: shown(1) } },
      ],
    });
    expect(calls.at(-1)).toMatchObject({ partitionKeys: ['a', 'b', 'c'], units: { read: 0, write: 9, indexWrite: 1 } });
    expect(calls.at(-1)).toMatchObject({ outcome: 'ok', cancellationReasonCodes: [] });
  });

  it('count a repeated transaction as reads', async () => {
    const { call, clock, part, calls } = openTable();
    const request = { TransactItems: [part('Put', { Item: { ...key('a'), ...text(5) } })], ClientRequestToken: 't' };
    const done = call('TransactWriteItems', request);
    await clock.advance(0);
    await done;
    await call('TransactWriteItems', request);
    expect(calls.map(({ units }) => units)).toEqual([
      { read: 0, write: 10, indexWrite: 0 },
      { read: 4, write: 0, indexWrite: 0 },
    ]);
  });

  it('come with the reasons of a cancelled transaction', async () => {
    const { call, clock, part, put, calls } = openTable();
    await put('a', text(1));
    const ConditionExpression = 'attribute_not_exists(pk)';
    const parts = [part('Put', { Item: key('a'), ConditionExpression }), part('Put', { Item: key('b') })];
    const cancelled = expect(call('TransactWriteItems', { TransactItems: parts })).rejects.toThrow('cancelled');
    await clock.advance(0);
    await cancelled;
    expect(calls.at(-1)?.cancellationReasonCodes).toEqual(['ConditionalCheckFailed', 'None']);
  });

  it('count a write whose condition fails', async () => {
    const { call, put, calls } = openTable();
    await put('a', text(2.5));
    const refused = call('PutItem', { Item: key('a'), ConditionExpression: 'attribute_not_exists(pk)' });
    await expect(refused).rejects.toThrow();
    expect(calls.at(-1)).toMatchObject({ units: { write: 3 }, outcome: 'ConditionalCheckFailedException' });
  });

  it('count an empty page of a query, and the items that its filter drops', async () => {
    const { call, put, calls } = openTable();
    await put('a', text(9));
    const query = (pk: string) =>
      call('Query', {
        KeyConditionExpression: 'pk = :p',
        FilterExpression: 'y = :p',
        ExpressionAttributeValues: { ':p': { S: pk } },
      });
    await query('none');
    await query('a');
    expect(calls.slice(-2).map(({ units }) => units.read)).toEqual([0.5, 1.5]);
  });
});

describe('where DynamoDB Local differs from AWS, the table', () => {
  it('returns at most 16 MB of a batch and leaves the rest unprocessed', async () => {
    const { call, put, TableName } = openTable();
    const names = Array.from({ length: 45 }, (_, at) => `a${at}`);
    for (const name of names) await put(name, text(400));
    const { Responses, UnprocessedKeys } = await call('BatchGetItem', {
      RequestItems: { [TableName]: { Keys: names.map(key), ProjectionExpression: 'pk' } },
    });
    expect(Responses[TableName]).toHaveLength(41);
    expect(UnprocessedKeys).toEqual({
      [TableName]: { Keys: names.slice(41).map(key), ProjectionExpression: 'pk' },
    });
  });

  it('returns only the updated part of a document', async () => {
    const { call, put } = openTable();
    await put('a', { m: { M: { x: { N: '1' }, y: { N: '2' } } } });
    const update = {
      Key: key('a'),
      UpdateExpression: 'SET m.x = :v',
      ExpressionAttributeValues: { ':v': { N: '9' } },
      ReturnValues: 'UPDATED_NEW',
    };
    expect(await call('UpdateItem', update)).toEqual({ Attributes: { m: { M: { x: { N: '9' } } } } });
  });

  it('rejects an update that gives an index a key of another type', async () => {
    const { call } = openTable();
    const values = { ':v': { N: '9' } };
    const update = { Key: key('a'), UpdateExpression: 'SET listPk = :v', ExpressionAttributeValues: values };
    await expect(call('UpdateItem', update)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('rejects a projection that an index lacks, and an unknown index', async () => {
    const { call } = openTable();
    const query = { KeyConditionExpression: 'listPk = :l', ExpressionAttributeValues: { ':l': { S: 'L' } } };
    await expect(call('Query', { ...query, IndexName: 'list', ProjectionExpression: 'word' })).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await expect(call('Query', { ...query, IndexName: 'none' })).rejects.toMatchObject({
      message: 'The table does not have the specified index: none',
    });
  });
});

describe('an administrator', () => {
  it('scans the whole table, page by page', async () => {
    const { call, put } = openTable();
    for (const name of ['b', 'a', 'c']) await put(name);
    const first = await call('Scan', { Limit: 2 });
    expect(first).toMatchObject({ Items: [key('a'), key('b')], LastEvaluatedKey: key('b') });
    expect(await call('Scan', { ExclusiveStartKey: first.LastEvaluatedKey })).toEqual({
      Items: [key('c')],
      Count: 1,
      ScannedCount: 1,
    });
  });

  it('reads the description of the table and the number of its items', async () => {
    const { call, put, TableName } = openTable();
    await put('a', listed);
    expect(await call('DescribeTable', {})).toMatchObject({
      Table: { TableName, TableStatus: 'ACTIVE', ItemCount: 1, GlobalSecondaryIndexes: [{ ItemCount: 1 }] },
    });
  });
});

import { describe, expect, it } from 'vitest';
import type { DynamoDbOptions } from '../../../../embedded/aws/dynamodb/dynamodb.ts';
import { key, openTable } from './table.ts';

const limits = { writeUnitsPerSecond: 10, readUnitsPerSecond: 10 };
const openThrottledTable = (options: Partial<DynamoDbOptions> = {}) => openTable({ throttle: limits, ...options });

const text = (kilobytes: number) => ({ x: { S: 'x'.repeat(kilobytes * 1000) } });
const listed = (list: string) => ({ listPk: { S: list }, listSk: { S: '1' } });
const throttled = (reason: string, resource: string) => ({
  name: 'ThrottlingException',
  fields: { throttlingReasons: [{ reason, resource: expect.stringMatching(resource) }] },
});
const queryList = (list: string) => ({
  IndexName: 'list',
  KeyConditionExpression: 'listPk = :l',
  ExpressionAttributeValues: { ':l': { S: list } },
});

it('throttles nothing by default', async () => {
  const { put } = openTable();
  for (let n = 0; n < 11; n += 1) await put('a', text(99));
});

describe('a table with limits', () => {
  it('refuses writes of one key value beyond the units of a second, and takes those of others', async () => {
    const { put, get, calls, clock } = openThrottledTable();
    await put('a', text(7));
    await put('a', text(3)).catch(() => {});
    await expect(put('a', text(3))).rejects.toMatchObject(
      throttled('TableWriteKeyRangeThroughputExceeded', 'table/the-table$'),
    );
    expect(calls.at(-1)).toMatchObject({ outcome: 'ThrottlingException', units: { write: 0 }, charges: [] });
    expect((await get('a')).Item).toMatchObject(text(7));
    await put('b', text(7));
    await clock.advance(1_000);
    await put('a', text(3));
  });

  it('saves nothing up for a burst', async () => {
    const { put, clock } = openThrottledTable();
    await clock.advance(300_000);
    for (let n = 0; n < 10; n += 1) await put('a');
    await expect(put('a')).rejects.toMatchObject({ name: 'ThrottlingException' });
  });

  it('takes a request that alone exceeds the units of a second', async () => {
    const { put } = openThrottledTable();
    await put('a', text(30));
    await expect(put('a')).rejects.toMatchObject({ name: 'ThrottlingException' });
  });

  it('refuses the write of an item whose index partition has too few units left, before anything is written', async () => {
    const { put, get, call, clock } = openThrottledTable();
    for (let n = 0; n < 10; n += 1) await put(`a${n}`, listed('L'));
    await expect(put('b', listed('L'))).rejects.toMatchObject(
      throttled('IndexWriteKeyRangeThroughputExceeded', 'table/the-table/index/list$'),
    );
    expect(await get('b')).toEqual({});
    await put('b', listed('M'));
    await put('a0', { ...listed('L'), word: { S: 'not projected' } });
    await clock.advance(1_000);
    expect(await call('Query', queryList('L'))).toMatchObject({ Count: 10 });
  });

  it('counts both keys of an index entry that moves', async () => {
    const { put } = openThrottledTable();
    for (let n = 0; n < 9; n += 1) await put(`a${n}`, listed('L'));
    await put('a0', listed('M'));
    await expect(put('b', listed('L'))).rejects.toMatchObject({ name: 'ThrottlingException' });
  });

  it('counts an index entry that is removed, and one whose item is deleted', async () => {
    const { put, call } = openThrottledTable();
    for (let n = 0; n < 8; n += 1) await put(`a${n}`, listed('L'));
    await put('a0');
    await call('DeleteItem', { Key: key('a1') });
    await expect(put('b', listed('L'))).rejects.toMatchObject({ name: 'ThrottlingException' });
  });

  it('counts writes whose condition fails', async () => {
    const { put, call } = openThrottledTable();
    await put('a', text(4));
    const again = () => call('PutItem', { Item: key('a'), ConditionExpression: 'attribute_not_exists(pk)' });
    await expect(again()).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    await expect(again()).rejects.toMatchObject({ name: 'ThrottlingException' });
  });

  it('refuses reads of one key value, and counts them apart from writes', async () => {
    const { put, get } = openThrottledTable();
    for (let n = 0; n < 10; n += 1) await put('a');
    for (let n = 0; n < 10; n += 1) await get('a');
    await expect(get('a')).rejects.toMatchObject(throttled('TableReadKeyRangeThroughputExceeded', 'table/the-table$'));
  });

  it('counts a query on the partition of its index', async () => {
    const { put, get, call } = openThrottledTable();
    await put('L', listed('L'));
    for (let n = 0; n < 20; n += 1) await call('Query', queryList('L'));
    await expect(call('Query', queryList('L'))).rejects.toMatchObject(
      throttled('IndexReadKeyRangeThroughputExceeded', 'index/list$'),
    );
    await get('L');
    await call('Query', queryList('M'));
  });

  it('counts a scan on no partition', async () => {
    const { call } = openThrottledTable();
    for (let n = 0; n < 30; n += 1) await call('Scan', {});
  });

  it('leaves the keys of throttled partitions unprocessed, and refuses a batch of which nothing is left', async () => {
    const { put, get, call, TableName } = openThrottledTable();
    for (const name of ['a', 'b']) await put(name);
    for (let n = 0; n < 10; n += 1) await get('a');
    const batch = (...names: string[]) =>
      call('BatchGetItem', { RequestItems: { [TableName]: { Keys: names.map(key), ConsistentRead: true } } });
    expect(await batch('a', 'b')).toEqual({
      Responses: { [TableName]: [key('b')] },
      UnprocessedKeys: { [TableName]: { Keys: [key('a')], ConsistentRead: true } },
    });
    await expect(batch('a')).rejects.toMatchObject({ name: 'ThrottlingException' });
  });

  it('cancels a transaction, naming the actions that have too few units left, and writes nothing', async () => {
    const { put, get, part, transact, call, clock } = openThrottledTable();
    for (let n = 0; n < 9; n += 1) await put('a');
    const writes = [part('Put', { Item: key('b') }), part('Put', { Item: { ...key('a'), ...text(1) } })];
    const cancelled = expect(transact(...writes)).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      fields: { CancellationReasons: [{ Code: 'None' }, { Code: 'ThrottlingError' }] },
    });
    await cancelled;
    expect(await get('b')).toEqual({});
    const request = { TransactItems: writes, ClientRequestToken: 'token' };
    const refused = expect(call('TransactWriteItems', request)).rejects.toThrow('[None, ThrottlingError]');
    await clock.advance(0);
    await refused;
    await clock.advance(1_000);
    const done = call('TransactWriteItems', request);
    await clock.advance(0);
    await done;
    expect((await get('b')).Item).toEqual(key('b'));
  });

  it('adds up what the actions of a transaction write to one index partition', async () => {
    const { put, part, transact } = openThrottledTable();
    for (let n = 0; n < 9; n += 1) await put(`a${n}`, listed('L'));
    const cancelled = transact(...['b', 'c'].map((name) => part('Put', { Item: { ...key(name), ...listed('L') } })));
    await expect(cancelled).rejects.toMatchObject({
      fields: {
        CancellationReasons: [
          { Code: 'ThrottlingError', Message: expect.stringContaining('global secondary indexes') },
          { Code: 'ThrottlingError' },
        ],
      },
    });
    await transact(part('Put', { Item: { ...key('b'), ...listed('L') } }));
  });

  it('cancels a transaction whose failed conditions are throttled, too, and a reading one', async () => {
    const { get, put, part, transact, call } = openThrottledTable();
    await put('a', text(9));
    const check = part('ConditionCheck', { Key: key('a'), ConditionExpression: 'attribute_not_exists(pk)' });
    await expect(transact(check)).rejects.toThrow('[ThrottlingError]');
    for (let n = 0; n < 3; n += 1) await get('a');
    const read = call('TransactGetItems', { TransactItems: [part('Get', { Key: key('a') })] });
    await expect(read).rejects.toThrow('[ThrottlingError]');
  });
});

import { describe, expect, it } from 'vitest';
import { key, openTable } from './table.ts';

const CONFLICT = 'Transaction is ongoing for the item';
const n = (value: number) => ({ n: { N: String(value) } });

/** Opens a table with the item `a` and starts a transaction that sets its `n` to 2. */
const openWithTransaction = async (latencyMs?: () => number) => {
  const table = openTable(latencyMs && { transactionLatencyMs: latencyMs });
  await table.put('a', n(1));
  const transaction = table.call('TransactWriteItems', {
    TransactItems: [
      table.part('Put', { Item: { ...key('a'), ...n(2) } }),
      table.part('ConditionCheck', { Key: key('checked'), ConditionExpression: 'attribute_not_exists(pk)' }),
    ],
  });
  return { ...table, transaction };
};

describe('while a transaction is in flight', () => {
  it.each([
    ['PutItem', { Item: key('a') }],
    ['UpdateItem', { Key: key('a'), UpdateExpression: 'REMOVE n' }],
    ['DeleteItem', { Key: key('a') }],
    ['PutItem', { Item: key('checked') }],
  ])('%s of one of its items conflicts', async (operation, input) => {
    const { call, clock, get, transaction } = await openWithTransaction();
    await expect(call(operation, input)).rejects.toMatchObject({
      name: 'TransactionConflictException',
      message: CONFLICT,
      status: 400,
    });
    await clock.advance(0);
    await transaction;
    expect(await get('a')).toEqual({ Item: { ...key('a'), ...n(2) } });
    await expect(call(operation, input)).resolves.toBeDefined();
  });

  it('another transaction with one of its items is cancelled, with a reason for that item', async () => {
    const { call, part, clock, get, transaction } = await openWithTransaction();
    const TransactItems = [part('Put', { Item: key('b') }), part('Delete', { Key: key('a') })];
    await expect(call('TransactWriteItems', { TransactItems })).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      message: expect.stringContaining('[None, TransactionConflict]'),
      fields: { CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict', Message: CONFLICT }] },
    });
    await clock.advance(0);
    await transaction;
    expect(await get('b')).toEqual({});
    expect(await get('a')).toEqual({ Item: { ...key('a'), ...n(2) } });
  });

  it('a transaction that reads is cancelled, while other reads neither wait nor fail', async () => {
    const { call, part, get } = await openWithTransaction();
    await expect(call('TransactGetItems', { TransactItems: [part('Get', { Key: key('a') })] })).rejects.toMatchObject({
      fields: { CancellationReasons: [{ Code: 'TransactionConflict', Message: CONFLICT }] },
    });
    expect(await get('a')).toEqual({ Item: { ...key('a'), ...n(1) } });
  });

  it('other items can be written', async () => {
    const { put, get } = await openWithTransaction();
    await put('b');
    expect(await get('b')).toEqual({ Item: key('b') });
  });

  it('it stays in flight for the configured latency', async () => {
    const { clock, get, put, transaction } = await openWithTransaction(() => 50);
    await clock.advance(49);
    await expect(put('a')).rejects.toMatchObject({ name: 'TransactionConflictException' });
    await clock.advance(1);
    await transaction;
    expect(await get('a')).toEqual({ Item: { ...key('a'), ...n(2) } });
  });

  it('a repetition of its token fails at once, and succeeds after the commit', async () => {
    const { call, part, clock } = openTable();
    const request = { TransactItems: [part('Put', { Item: key('a') })], ClientRequestToken: 'token' };
    const first = call('TransactWriteItems', request);
    await expect(call('TransactWriteItems', request)).rejects.toMatchObject({ name: 'TransactionInProgressException' });
    await clock.advance(0);
    await first;
    await expect(call('TransactWriteItems', request)).resolves.toEqual({});
  });
});

describe('after a transaction', () => {
  it('its items are unlocked even if it was cancelled', async () => {
    const { part, put, transact } = openTable();
    const check = part('Update', {
      Key: key('a'),
      UpdateExpression: 'REMOVE x',
      ConditionExpression: 'attribute_exists(pk)',
    });
    await expect(transact(check)).rejects.toMatchObject({ name: 'TransactionCanceledException' });
    await expect(put('a')).resolves.toEqual({});
  });

  it('an update that does not fit its item has cancelled it', async () => {
    const { part, put, transact } = openTable();
    await put('a', { words: { S: 'x' } });
    const ExpressionAttributeValues = { ':one': { N: '1' } };
    const update = part('Update', {
      Key: key('a'),
      UpdateExpression: 'ADD count1 :one',
      ExpressionAttributeValues,
    });
    const wrong = { Key: key('a'), UpdateExpression: 'SET x = words + :one', ExpressionAttributeValues };
    await expect(transact(update)).resolves.toEqual({});
    await expect(transact(part('Put', { Item: key('b') }), part('Update', wrong))).rejects.toMatchObject({
      fields: { CancellationReasons: [{ Code: 'None' }, { Code: 'ValidationError' }] },
    });
  });

  it('its token is valid for ten minutes', async () => {
    const { call, part, clock, get } = openTable();
    const add = { Key: key('a'), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } };
    const send = async () => {
      const done = call('TransactWriteItems', { TransactItems: [part('Update', add)], ClientRequestToken: 'token' });
      await clock.advance(0);
      return done;
    };
    await send();
    await clock.advance(10 * 60 * 1000 - 1);
    await send();
    expect(await get('a')).toMatchObject({ Item: n(1) });
    await clock.advance(1);
    await send();
    expect(await get('a')).toMatchObject({ Item: n(2) });
  });
});

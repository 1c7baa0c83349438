import { describe, expect, it } from 'vitest';
import { key, open } from './table.ts';

const CONFLICT = 'Transaction is ongoing for the item';
const n = (value: number) => ({ n: { N: String(value) } });

/** A table with `a` on which a transaction that sets its `n` to 2 has begun. */
const begun = async (latency?: () => number) => {
  const table = open(latency && { latency });
  await table.put('a', n(1));
  const transaction = table.call('TransactWriteItems', {
    TransactItems: [
      table.part('Put', { Item: { ...key('a'), ...n(2) } }),
      table.part('ConditionCheck', { Key: key('checked'), ConditionExpression: 'attribute_not_exists(pk)' }),
    ],
  });
  return { ...table, transaction };
};

describe('while a transaction is under way', () => {
  it.each([
    ['PutItem', { Item: key('a') }],
    ['UpdateItem', { Key: key('a'), UpdateExpression: 'REMOVE n' }],
    ['DeleteItem', { Key: key('a') }],
    ['PutItem', { Item: key('checked') }],
  ])('%s of one of its items is in conflict', async (operation, input) => {
    const { call, clock, get, transaction } = await begun();
    await expect(call(operation, input)).rejects.toMatchObject({
      name: 'TransactionConflictException',
      message: CONFLICT,
      status: 400,
    });
    await clock.pass(0);
    await transaction;
    expect(await get('a')).toEqual({ Item: { ...key('a'), ...n(2) } });
    await expect(call(operation, input)).resolves.toBeDefined();
  });

  it('another that has one of its items is cancelled, and says where', async () => {
    const { call, part, clock, get, transaction } = await begun();
    const TransactItems = [part('Put', { Item: key('b') }), part('Delete', { Key: key('a') })];
    await expect(call('TransactWriteItems', { TransactItems })).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      message: expect.stringContaining('[None, TransactionConflict]'),
      fields: { CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict', Message: CONFLICT }] },
    });
    await clock.pass(0);
    await transaction;
    expect(await get('b')).toEqual({});
    expect(await get('a')).toEqual({ Item: { ...key('a'), ...n(2) } });
  });

  it('a transaction that reads is cancelled, but no other read waits or fails', async () => {
    const { call, part, get } = await begun();
    await expect(call('TransactGetItems', { TransactItems: [part('Get', { Key: key('a') })] })).rejects.toMatchObject({
      fields: { CancellationReasons: [{ Code: 'TransactionConflict', Message: CONFLICT }] },
    });
    expect(await get('a')).toEqual({ Item: { ...key('a'), ...n(1) } });
  });

  it('others go on', async () => {
    const { put, get } = await begun();
    await put('b');
    expect(await get('b')).toEqual({ Item: key('b') });
  });

  it('it takes the latency that the host gives it', async () => {
    const { clock, get, put, transaction } = await begun(() => 50);
    await clock.pass(49);
    await expect(put('a')).rejects.toMatchObject({ name: 'TransactionConflictException' });
    await clock.pass(1);
    await transaction;
    expect(await get('a')).toEqual({ Item: { ...key('a'), ...n(2) } });
  });

  it('a repetition with its token waits for nothing', async () => {
    const { call, part, clock } = open();
    const request = { TransactItems: [part('Put', { Item: key('a') })], ClientRequestToken: 'token' };
    const first = call('TransactWriteItems', request);
    await expect(call('TransactWriteItems', request)).rejects.toMatchObject({ name: 'TransactionInProgressException' });
    await clock.pass(0);
    await first;
    await expect(call('TransactWriteItems', request)).resolves.toEqual({});
  });
});

describe('once a transaction has ended', () => {
  it('its items are free even where it was cancelled', async () => {
    const { part, put, transact } = open();
    const check = part('Update', {
      Key: key('a'),
      UpdateExpression: 'REMOVE x',
      ConditionExpression: 'attribute_exists(pk)',
    });
    await expect(transact(check)).rejects.toMatchObject({ name: 'TransactionCanceledException' });
    await expect(put('a')).resolves.toEqual({});
  });

  it('an update that its item does not fit cancels it', async () => {
    const { part, put, transact } = open();
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

  it('its token is known for ten minutes', async () => {
    const { call, part, clock, get } = open();
    const add = { Key: key('a'), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } };
    const send = async () => {
      const done = call('TransactWriteItems', { TransactItems: [part('Update', add)], ClientRequestToken: 'token' });
      await clock.pass(0);
      return done;
    };
    await send();
    await clock.pass(10 * 60 * 1000 - 1);
    await send();
    expect(await get('a')).toMatchObject({ Item: n(1) });
    await clock.pass(1);
    await send();
    expect(await get('a')).toMatchObject({ Item: n(2) });
  });
});

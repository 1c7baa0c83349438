import { describe, expect, it } from 'vitest';
import type { StreamRecord } from '../../../../embedded/aws/dynamodb/dynamodb.ts';
import { key, openTable } from './table.ts';

const MINUTE = 60_000;
const n = (value: number) => ({ n: { N: String(value) } });
const listed = (listSk: string) => ({ listPk: { S: 'all' }, listSk: { S: listSk } });

const openRecoverable = (options: Parameters<typeof openTable>[0] = {}) => {
  const table = openTable({ pointInTimeRecovery: true, ...options });
  const records: StreamRecord[] = [];
  table.service.subscribe((record) => records.push(record));
  const list = async () => {
    const input = { KeyConditionExpression: 'listPk = :all', ExpressionAttributeValues: { ':all': { S: 'all' } } };
    const { Items } = await table.call('Query', { IndexName: 'list', ...input });
    return (Items as { readonly listSk: { readonly S: string } }[]).map(({ listSk }) => listSk.S);
  };
  const restore = (atMs: number, isRestored?: (partitionKey: string) => boolean) =>
    table.service.restore(table.TableName, { atMs, ...(isRestored && { isRestored }) });
  return { ...table, records, list, restore };
};

describe('a restored table', () => {
  it('has its items and indexes as they were, whatever happened to them afterwards', async () => {
    const { call, put, get, clock, list, restore } = openRecoverable();
    await put('changed', { ...n(1), ...listed('b') });
    await put('deleted', listed('a'));
    const atMs = clock.now();
    await clock.advance(MINUTE);
    await put('changed', { ...n(2), ...listed('d') });
    await put('changed', n(3));
    await call('DeleteItem', { Key: key('deleted') });
    await put('created', listed('c'));
    restore(atMs);
    expect(await get('changed')).toEqual({ Item: { ...key('changed'), ...n(1), ...listed('b') } });
    expect(await get('deleted')).toEqual({ Item: { ...key('deleted'), ...listed('a') } });
    expect(await get('created')).toEqual({});
    expect(await list()).toEqual(['a', 'b']);
    expect((await call('DescribeTable', {})).Table.ItemCount).toBe(2);
  });

  it('can be written and restored again, also to an earlier moment', async () => {
    const { put, get, clock, restore } = openRecoverable();
    const times: number[] = [];
    for (const value of [1, 2, 3]) {
      await put('a', n(value));
      times.push(clock.now());
      await clock.advance(MINUTE);
    }
    restore(times[1] ?? 0);
    await put('a', n(4));
    await clock.advance(MINUTE);
    restore(clock.now());
    expect(await get('a')).toMatchObject({ Item: n(4) });
    restore(times[0] ?? 0);
    expect(await get('a')).toMatchObject({ Item: n(1) });
  });

  it('has no stream record of the restore, and records of what follows', async () => {
    const { put, clock, records, restore } = openRecoverable();
    await put('a', n(1));
    const atMs = clock.now();
    await clock.advance(MINUTE);
    await put('a', n(2));
    restore(atMs);
    expect(records).toHaveLength(2);
    await put('a', n(3));
    expect(records.at(-1)?.dynamodb.OldImage).toMatchObject(n(1));
  });

  it('keeps the items of partitions that are not restored, and their history', async () => {
    const { put, get, clock, restore } = openRecoverable();
    const atMs = clock.now();
    await clock.advance(MINUTE);
    await put('ours', n(1));
    await put('theirs', n(1));
    restore(atMs, (partitionKey) => partitionKey !== 'theirs');
    expect(await get('ours')).toEqual({});
    expect(await get('theirs')).toMatchObject({ Item: n(1) });
    restore(atMs);
    expect(await get('theirs')).toEqual({});
  });

  it('is restored for eventually consistent reads too, whatever was on its way to them', async () => {
    const { call, put, clock, list, restore } = openRecoverable({ replicationLagMs: () => 30 });
    await put('old', listed('a'));
    await clock.advance(MINUTE);
    const atMs = clock.now();
    await clock.advance(MINUTE);
    await put('new', listed('b'));
    await call('DeleteItem', { Key: key('old') });
    restore(atMs);
    expect(await list()).toEqual(['a']);
    await clock.advance(MINUTE);
    expect(await list()).toEqual(['a']);
  });

  it('cancels a transaction in flight and unlocks its items', async () => {
    const { call, part, put, get, clock, restore } = openRecoverable();
    const transaction = call('TransactWriteItems', { TransactItems: [part('Put', { Item: key('a') })] });
    const failure = expect(transaction).rejects.toMatchObject({
      fields: { CancellationReasons: [{ Code: 'TransactionConflict' }] },
    });
    restore(clock.now());
    await put('a', n(1));
    await clock.advance(0);
    await failure;
    expect(await get('a')).toMatchObject({ Item: n(1) });
  });

  it('no longer knows the tokens of earlier transactions', async () => {
    const { call, part, get, clock, restore } = openRecoverable();
    const request = { TransactItems: [part('Put', { Item: key('a') })], ClientRequestToken: 'token' };
    const send = () => Promise.all([call('TransactWriteItems', request), clock.advance(0)]);
    const atMs = clock.now();
    await clock.advance(MINUTE);
    await send();
    restore(atMs);
    await send();
    expect(await get('a')).toEqual({ Item: key('a') });
  });
});

describe('a table is not restored', () => {
  it.each([
    ['before its history began', -1],
    ['to the future', 1],
  ])('%s', async (_, offsetMs) => {
    const { clock, restore } = openRecoverable();
    expect(() => restore(clock.now() + offsetMs)).toThrow(
      /The restore time must be between 2026-01-01T00:00:00.000Z and/,
    );
  });

  it('if its history is not kept', () => {
    const { service, TableName, clock } = openTable();
    expect(() => service.restore(TableName, { atMs: clock.now() })).toThrow(/history of the-table is not kept/);
  });

  it('if it does not exist', () => {
    expect(() => openRecoverable().service.restore('another', { atMs: 0 })).toThrow(/non-existent table/);
  });
});

import { describe, expect, it } from 'vitest';
import type { StreamRecord } from '../../../../embedded/aws/dynamodb/dynamodb.ts';
import { key, openTable } from './table.ts';

const openRecorded = () => {
  const table = openTable();
  const records: StreamRecord[] = [];
  const unsubscribe = table.service.subscribe((record) => records.push(record));
  return { ...table, records, unsubscribe };
};
const a1 = { ...key('a'), n: { N: '1' } };
const a2 = { ...key('a'), n: { N: '2' } };

describe('the stream of a table', () => {
  it('has every change in order, with both images', async () => {
    const { call, records, clock } = openRecorded();
    await call('PutItem', { Item: a1 });
    await call('PutItem', { Item: a2 });
    await call('DeleteItem', { Key: key('a') });
    expect(records.map(({ eventName, dynamodb: { OldImage, NewImage } }) => [eventName, OldImage, NewImage])).toEqual([
      ['INSERT', undefined, a1],
      ['MODIFY', a1, a2],
      ['REMOVE', a2, undefined],
    ]);
    const numbers = records.map(({ dynamodb }) => dynamodb.SequenceNumber);
    expect(numbers).toEqual([...new Set(numbers)].sort());
    expect(records[0]).toMatchObject({
      eventSource: 'aws:dynamodb',
      dynamodb: { Keys: key('a'), ApproximateCreationDateTime: clock.now() / 1000 },
    });
  });

  it('has no record of a write that changes nothing', async () => {
    const { call, records } = openRecorded();
    await call('PutItem', { Item: a1 });
    await call('PutItem', { Item: a1 });
    await call('DeleteItem', { Key: key('b') });
    const refused = { Item: a2, ConditionExpression: 'attribute_not_exists(pk)' };
    await expect(call('PutItem', refused)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect(records).toHaveLength(1);
  });

  it('has the writes of a transaction together, and none of a cancelled one', async () => {
    const { part, transact, records } = openRecorded();
    await transact(
      part('Put', { Item: a1 }),
      part('ConditionCheck', { Key: key('c'), ConditionExpression: 'attribute_not_exists(pk)' }),
      part('Put', { Item: key('b') }),
    );
    expect(records.map(({ dynamodb }) => dynamodb.Keys)).toEqual([key('a'), key('b')]);
    const failing = part('ConditionCheck', { Key: key('c'), ConditionExpression: 'attribute_exists(pk)' });
    await expect(transact(part('Put', { Item: a2 }), failing)).rejects.toThrow();
    expect(records).toHaveLength(2);
  });

  it('has no further records for a listener that unsubscribed', async () => {
    const { put, records, unsubscribe } = openRecorded();
    await put('a');
    unsubscribe();
    await put('b');
    expect(records).toHaveLength(1);
  });
});

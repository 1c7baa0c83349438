import { describe, expect, it } from 'vitest';
import type { StreamRecord } from '../../../../embedded/aws/dynamodb/dynamodb.ts';
import { createInFlightCounter } from '../../../../embedded/aws/in-flight.ts';
import { FunctionError } from '../../../../embedded/aws/lambda/function-error.ts';
import { toInvocationRecord, toObjectKey } from '../../../../embedded/aws/lambda/invocation-record.ts';
import { createStreamReader, type GivenUpBatch } from '../../../../embedded/aws/lambda/stream-source.ts';
import { createVirtualClock } from '../../../../embedded/aws/virtual-clock.ts';

const HOUR = 3_600_000;
const recordOf = (n: number, clock: { now(): number }): StreamRecord => ({
  ...{ eventID: `${n}`, eventName: 'INSERT', eventVersion: '1.1', eventSource: 'aws:dynamodb' },
  dynamodb: {
    ...{
      Keys: { pk: { S: 'a' } },
      NewImage: { pk: { S: 'a' }, n: { N: `${n}` } },
      SequenceNumber: `${n}`.padStart(21, '0'),
    },
    ...{ SizeBytes: 1, StreamViewType: 'NEW_AND_OLD_IMAGES', ApproximateCreationDateTime: clock.now() / 1_000 },
  },
});

const setUp = (maxRecordAgeMs: number | undefined = 23 * HOUR) => {
  const clock = createVirtualClock();
  const inFlight = createInFlightCounter();
  const givenUp: GivenUpBatch[] = [];
  const delivered: string[] = [];
  let fails = true;
  const reader = createStreamReader({
    ...{ tableName: 'notes', partitionKey: 'pk', clock, inFlight, maxRecordAgeMs },
    random: { nextFloat: () => 0.5, nextBytes: (length) => new Uint8Array(length) },
    onGivenUp: (batch) => givenUp.push(batch),
    invoke: async (event) => {
      if (fails) throw new FunctionError('Error', 'no');
      const { Records } = event as { readonly Records: readonly StreamRecord[] };
      delivered.push(...Records.map(({ eventID }) => eventID));
    },
  });
  let isIdle = false;
  return {
    ...{ clock, reader, givenUp, delivered },
    write: (n: number) => reader.onRecord(recordOf(n, clock), 'notes'),
    repair: () => {
      fails = false;
    },
    isIdle: async () => {
      isIdle = false;
      inFlight.whenIdle().then(() => {
        isIdle = true;
      });
      await clock.advance(0);
      return isIdle;
    },
  };
};

describe('a stream reader whose function fails', () => {
  it('delivers everything if it is repaired before the records are too old', async () => {
    const { clock, write, repair, givenUp, delivered } = setUp();
    write(1);
    await clock.advance(22 * HOUR);
    write(2);
    repair();
    await clock.advance(HOUR / 2);
    expect([delivered, givenUp]).toEqual([['1', '2'], []]);
  });

  it('gives up the records that are too old, and delivers the later ones', async () => {
    const { clock, write, repair, givenUp, delivered, isIdle } = setUp();
    write(1);
    write(2);
    await clock.advance(HOUR);
    write(3);
    await clock.advance(22 * HOUR + 60_000);
    repair();
    await clock.advance(HOUR / 2);
    expect(givenUp.map(({ records }) => records.map(({ eventID }) => eventID))).toEqual([['1', '2']]);
    expect(givenUp[0]?.invokeCount).toBeGreaterThan(100);
    expect([delivered, await isIdle()]).toEqual([['3'], true]);
  });

  it('without a limit of their age keeps its records as long as the stream does: 24 hours', async () => {
    const { clock, write, repair, givenUp, delivered, isIdle } = setUp(24 * HOUR);
    write(1);
    await clock.advance(24 * HOUR + 60_000);
    repair();
    await clock.advance(HOUR);
    expect([delivered, givenUp, await isIdle()]).toEqual([[], [], true]);
  });
});

describe('a stream reader that is paused', () => {
  it('delivers nothing until it is resumed', async () => {
    const { clock, reader, write, repair, givenUp, delivered } = setUp();
    repair();
    reader.pause();
    write(1);
    await clock.advance(22 * HOUR);
    expect(delivered).toEqual([]);
    reader.resume();
    await clock.advance(1_000);
    expect([delivered, givenUp]).toEqual([['1'], []]);
  });

  it('loses the records that the stream no longer has, and gives up those that are too old', async () => {
    const { clock, reader, write, repair, givenUp, delivered } = setUp();
    repair();
    reader.pause();
    write(1);
    await clock.advance(HOUR / 2);
    write(2);
    await clock.advance(2 * HOUR);
    write(3);
    await clock.advance(22 * HOUR - 60_000);
    reader.resume();
    await clock.advance(1_000);
    expect(givenUp.map(({ records }) => records.map(({ eventID }) => eventID))).toEqual([['2']]);
    expect(delivered).toEqual(['3']);
  });
});

it('an invocation record has the form that Lambda documents for a stream whose failures go to S3', () => {
  const clock = createVirtualClock(Date.UTC(2026, 10, 27, 1, 2, 3));
  const records = [recordOf(1, clock), recordOf(2, clock)];
  const batch: GivenUpBatch = { shardId: 'shardId-0', records, event: { Records: records }, invokeCount: 3 };
  const record = toInvocationRecord(batch, {
    functionName: 'relay',
    streamArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/notes/stream/latest',
    requestId: 'r1',
    nowMs: clock.now() + 1,
  });
  expect(record).toEqual({
    requestContext: {
      requestId: 'r1',
      functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:relay',
      condition: 'RecordAgeExceeded',
      approximateInvokeCount: 3,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: '2026-11-27T01:02:03.001Z',
    DDBStreamBatchInfo: {
      shardId: 'shardId-0',
      startSequenceNumber: '1'.padStart(21, '0'),
      endSequenceNumber: '2'.padStart(21, '0'),
      approximateArrivalOfFirstRecord: '2026-11-27T01:02:03.000Z',
      approximateArrivalOfLastRecord: '2026-11-27T01:02:03.000Z',
      batchSize: 2,
      streamArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/notes/stream/latest',
    },
    payload: JSON.stringify({ Records: records }),
  });
  expect(toObjectKey('shardId-0', { mappingId: 'm1', id: 'u1', nowMs: clock.now() })).toBe(
    'aws/lambda/m1/shardId-0/2026/11/27/2026-11-27T01.02.03-u1',
  );
});

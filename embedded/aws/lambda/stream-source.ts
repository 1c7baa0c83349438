import { hash } from 'node:crypto';
import { REGION, tableArn } from '../arns.ts';
import type { StreamListener, StreamRecord } from '../dynamodb/dynamodb.ts';
import type { InFlight } from '../in-flight.ts';
import type { RandomSource } from '../random.ts';
import type { Clock } from '../service.ts';
import { findFailedItems } from './batch-response.ts';
import { FunctionError } from './function-error.ts';

const SHARD_COUNT = 4;
const MAX_BATCH_SIZE = 100;
const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 10_000;

type StreamSource = {
  readonly tableName: string;
  /** The attribute whose value decides the shard of a record. */
  readonly partitionKey: string;
  /** The filter of the event source mapping. By default every record passes. */
  readonly filter?: (record: StreamRecord) => boolean;
  readonly invoke: (event: unknown) => Promise<unknown>;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly inFlight: InFlight;
};

const toStreamEvent = (tableName: string, records: readonly StreamRecord[]) => ({
  Records: records.map((record) => ({
    ...record,
    awsRegion: REGION,
    eventSourceARN: `${tableArn(tableName)}/stream/latest`,
  })),
});

type Shard = { records: StreamRecord[]; busy: boolean; failures: number };

const toShardIndex = (record: StreamRecord, partitionKey: string): number =>
  hash('md5', JSON.stringify(record.dynamodb.Keys[partitionKey]), 'buffer').readUInt32BE() % SHARD_COUNT;

const toSequenceNumbers = (records: readonly StreamRecord[]) => records.map(({ dynamodb }) => dynamodb.SequenceNumber);

export type StreamReader = {
  readonly onRecord: StreamListener;
  /** Forgets every record that the function has not handled: the stream of a restored table starts empty. */
  readonly onRestart: () => void;
};

/**
 * Passes the records of a table's stream to a function: in order within a partition key, one batch at a time per shard. After a
 * failure it repeats from the first failed record until that one succeeds. Records never expire, because none outlives the process.
 */
export const createStreamReader = (source: StreamSource): StreamReader => {
  const { tableName, partitionKey, filter = () => true, invoke, clock, random, inFlight } = source;
  const shards = Array.from({ length: SHARD_COUNT }, (): Shard => ({ records: [], busy: false, failures: 0 }));

  /** Returns how many records, counted from the first, the function has handled. */
  const handle = async (batch: readonly StreamRecord[]): Promise<number> => {
    const numbers = toSequenceNumbers(batch);
    try {
      const failed = findFailedItems(await invoke(toStreamEvent(tableName, batch)), numbers);
      const first = numbers.findIndex((number) => failed.has(number));
      return first < 0 ? batch.length : first;
    } catch (error) {
      // the invocation failed, and `invoke` has reported how: the whole batch is delivered again
      if (!(error instanceof FunctionError)) throw error;
      return 0;
    }
  };

  const retryDelayMs = (failures: number) =>
    Math.ceil(Math.min(FIRST_RETRY_MS * 2 ** failures, MAX_RETRY_MS) * (0.5 + random.nextFloat() / 2));

  const read = async (shard: Shard): Promise<void> => {
    const { records } = shard;
    const batch = records.slice(0, MAX_BATCH_SIZE);
    const handled = await handle(batch);
    shard.busy = false;
    // the stream has restarted in between
    if (shard.records !== records) return schedule(shard);
    records.splice(0, handled);
    for (let n = 0; n < handled; n += 1) inFlight.end();
    shard.failures = handled === batch.length ? 0 : shard.failures + 1;
    if (shard.failures === 0) schedule(shard);
    else clock.setTimer(retryDelayMs(shard.failures - 1), () => schedule(shard));
  };

  /** Reads in the next turn of the event loop, so that records written together form one batch. */
  const schedule = (shard: Shard) => {
    if (shard.busy || shard.records.length === 0) return;
    shard.busy = true;
    clock.setTimer(0, () => void read(shard));
  };

  return {
    onRecord(record, table) {
      if (table !== tableName || !filter(record)) return;
      const shard = shards[toShardIndex(record, partitionKey)] as Shard;
      inFlight.begin();
      shard.records.push(record);
      if (shard.failures === 0) schedule(shard);
    },
    onRestart() {
      for (const shard of shards) {
        for (const _ of shard.records) inFlight.end();
        shard.records = [];
        shard.failures = 0;
      }
    },
  };
};

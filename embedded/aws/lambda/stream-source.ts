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
/** How long a stream keeps its records, whether or not somebody reads them. */
const RETENTION_MS = 24 * 3_600_000;

type StreamEvent = { readonly Records: readonly object[] };

/** Records that a stream reader has given up, because its function failed until they were too old. */
export type GivenUpBatch = {
  readonly shardId: string;
  readonly records: readonly StreamRecord[];
  /** What the function would have received. */
  readonly event: StreamEvent;
  /** How often in a row the shard's batches have failed. */
  readonly invokeCount: number;
};

type StreamSource = {
  readonly tableName: string;
  /** The attribute whose value decides the shard of a record. */
  readonly partitionKey: string;
  /** The filter of the event source mapping. By default every record passes. */
  readonly filter?: (record: StreamRecord) => boolean;
  readonly invoke: (event: unknown) => Promise<unknown>;
  /** Records of this age are given up. By default the stream's retention decides. */
  readonly maxRecordAgeMs?: number | undefined;
  /** The on-failure destination. */
  readonly onGivenUp?: (batch: GivenUpBatch) => void;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly inFlight: InFlight;
};

export const streamArn = (tableName: string): string => `${tableArn(tableName)}/stream/latest`;

const toStreamEvent = (tableName: string, records: readonly StreamRecord[]): StreamEvent => ({
  Records: records.map((record) => ({ ...record, awsRegion: REGION, eventSourceARN: streamArn(tableName) })),
});

type ArrivedRecord = { readonly record: StreamRecord; readonly arrivedAtMs: number };
type Shard = { readonly id: string; records: ArrivedRecord[]; busy: boolean; failures: number };

const toShardIndex = (record: StreamRecord, partitionKey: string): number =>
  hash('md5', JSON.stringify(record.dynamodb.Keys[partitionKey]), 'buffer').readUInt32BE() % SHARD_COUNT;

const toSequenceNumbers = (records: readonly StreamRecord[]) => records.map(({ dynamodb }) => dynamodb.SequenceNumber);

export type StreamReader = {
  readonly onRecord: StreamListener;
  /** Forgets every record that the function has not handled: the stream of a restored table starts empty. */
  readonly onRestart: () => void;
  /** Stops reading. A batch in flight finishes. */
  readonly pause: () => void;
  readonly resume: () => void;
};

/**
 * Passes the records of a table's stream to a function: in order within a partition key, one batch at a time per shard. After a
 * failure it repeats from the first failed record until that one succeeds or is too old. A record that nobody has read for 24 hours is
 * lost, as the stream no longer has it.
 */
export const createStreamReader = (source: StreamSource): StreamReader => {
  const {
    tableName,
    partitionKey,
    filter = () => true,
    invoke,
    maxRecordAgeMs,
    onGivenUp,
    clock,
    random,
    inFlight,
  } = source;
  const shards = Array.from(
    { length: SHARD_COUNT },
    (_, n): Shard => ({ id: `shardId-${n}`, records: [], busy: false, failures: 0 }),
  );
  let paused = false;

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

  /** Removes the first records of a shard. */
  const take = ({ records }: Shard, count: number): readonly StreamRecord[] => {
    const taken = records.splice(0, count).map(({ record }) => record);
    for (let n = 0; n < count; n += 1) inFlight.end();
    return taken;
  };

  /** Removes the records of at least this age, which are the first ones. */
  const takeOlderThan = (shard: Shard, ageMs: number): readonly StreamRecord[] => {
    const isYoung = ({ arrivedAtMs }: ArrivedRecord) => clock.now() - arrivedAtMs < ageMs;
    const firstYoung = shard.records.findIndex(isYoung);
    return take(shard, firstYoung < 0 ? shard.records.length : firstYoung);
  };

  const removeOldRecords = (shard: Shard) => {
    takeOlderThan(shard, RETENTION_MS);
    const old = maxRecordAgeMs === undefined ? [] : takeOlderThan(shard, maxRecordAgeMs);
    for (let n = 0; n < old.length; n += MAX_BATCH_SIZE) {
      const records = old.slice(n, n + MAX_BATCH_SIZE);
      const event = toStreamEvent(tableName, records);
      onGivenUp?.({ shardId: shard.id, records, event, invokeCount: shard.failures });
    }
  };

  const read = async (shard: Shard): Promise<void> => {
    removeOldRecords(shard);
    const { records } = shard;
    const batch = records.slice(0, MAX_BATCH_SIZE).map(({ record }) => record);
    const handled = batch.length > 0 ? await handle(batch) : 0;
    shard.busy = false;
    // the stream has restarted in between
    if (shard.records !== records) return schedule(shard);
    take(shard, handled);
    shard.failures = handled === batch.length ? 0 : shard.failures + 1;
    if (shard.failures === 0) schedule(shard);
    else clock.setTimer(retryDelayMs(shard.failures - 1), () => schedule(shard));
  };

  /** Reads in the next turn of the event loop, so that records written together form one batch. */
  const schedule = (shard: Shard) => {
    if (paused || shard.busy || shard.records.length === 0) return;
    shard.busy = true;
    clock.setTimer(0, () => void read(shard));
  };

  return {
    onRecord(record, table) {
      if (table !== tableName || !filter(record)) return;
      const shard = shards[toShardIndex(record, partitionKey)] as Shard;
      inFlight.begin();
      shard.records.push({ record, arrivedAtMs: clock.now() });
      if (shard.failures === 0) schedule(shard);
    },
    onRestart() {
      for (const shard of shards) {
        for (const _ of shard.records) inFlight.end();
        shard.records = [];
        shard.failures = 0;
      }
    },
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      for (const shard of shards) schedule(shard);
    },
  };
};

import { hash } from 'node:crypto';
import { TABLE } from '#shared/manifest';
import { arn, REGION } from '../arns.ts';
import type { StreamRecord } from '../dynamodb/dynamodb.ts';
import type { Random } from '../random.ts';
import type { Clock } from '../service.ts';
import type { Work } from '../work.ts';
import { failedItems } from './batch-response.ts';
import { FunctionError } from './function-error.ts';

const SHARDS = 4;
const LARGEST_BATCH = 100;
const STREAM_ARN = arn('dynamodb', 'table/breakwater/stream/embedded');
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 10_000;

type Source = {
  readonly invoke: (event: unknown) => Promise<unknown>;
  readonly clock: Clock;
  readonly random: Random;
  readonly work: Work;
};

const eventOf = (records: readonly StreamRecord[]) => ({
  Records: records.map((record) => ({ ...record, awsRegion: REGION, eventSourceARN: STREAM_ARN })),
});

type Shard = { readonly records: StreamRecord[]; busy: boolean; failures: number };

/** The filter of the event source: a write that carries events, and no removal. */
const carriesEvents = ({ eventName, dynamodb }: StreamRecord): boolean =>
  eventName !== 'REMOVE' && dynamodb.NewImage?.['out']?.M?.['v'] !== undefined;

const shardOf = (record: StreamRecord): number =>
  hash('md5', JSON.stringify(record.dynamodb.Keys[TABLE.partitionKey]), 'buffer').readUInt32BE() % SHARDS;

const sequenceNumbers = (records: readonly StreamRecord[]) => records.map(({ dynamodb }) => dynamodb.SequenceNumber);

/**
 * Brings the table's stream to a function: in order within a partition key, one batch at a time in each shard, and again from
 * the first failed record until it succeeds. Nothing has an age limit here, for nothing outlives the process.
 */
export const readStream = ({ invoke, clock, random, work }: Source) => {
  const shards = Array.from({ length: SHARDS }, (): Shard => ({ records: [], busy: false, failures: 0 }));

  /** How many records from the first on are done with. */
  const handled = async (batch: readonly StreamRecord[]): Promise<number> => {
    const numbers = sequenceNumbers(batch);
    try {
      const failed = failedItems(await invoke(eventOf(batch)), numbers);
      const first = numbers.findIndex((number) => failed.has(number));
      return first < 0 ? batch.length : first;
    } catch (error) {
      // the function failed or timed out, and the host has reported how: the whole batch comes again
      if (!(error instanceof FunctionError)) throw error;
      return 0;
    }
  };

  const retryAfter = (failures: number) =>
    Math.ceil(Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS) * (0.5 + random.number() / 2));

  const read = async (shard: Shard): Promise<void> => {
    const batch = shard.records.slice(0, LARGEST_BATCH);
    const done = await handled(batch);
    shard.records.splice(0, done);
    for (let n = 0; n < done; n += 1) work.end();
    shard.failures = done === batch.length ? 0 : shard.failures + 1;
    shard.busy = false;
    if (shard.failures === 0) schedule(shard);
    else clock.after(retryAfter(shard.failures - 1), () => schedule(shard));
  };

  /** In the next turn, so that what is written together travels together. */
  const schedule = (shard: Shard) => {
    if (shard.busy || shard.records.length === 0) return;
    shard.busy = true;
    clock.after(0, () => void read(shard));
  };

  return (record: StreamRecord): void => {
    if (!carriesEvents(record)) return;
    const shard = shards[shardOf(record)] as Shard;
    work.begin();
    shard.records.push(record);
    if (shard.failures === 0) schedule(shard);
  };
};

import type { Clock } from '../service.ts';
import type { TableDefinition } from './key-schema.ts';
import type { Stream, StreamListener } from './stream.ts';
import { Table } from './table.ts';

/** Returns the replication lag of a partition key, in milliseconds. */
export type FindLagMs = (partitionKey: string) => number;

type Options = { readonly stream: Stream; readonly clock: Clock; readonly findLagMs: FindLagMs };

/** Makes the replica equal to its table. */
const copyTable = (table: Table, replica: Table) => {
  for (const { id } of replica.collection.all()) if (!table.collection.get(id)) replica.write(id, undefined);
  for (const { id, item } of table.collection.all()) replica.write(id, item);
};

/**
 * Creates a copy of the table that applies each change after a lag. It applies the changes of one item in order, and a restore of the
 * table at once.
 */
export const createReplica = (definition: TableDefinition, { stream, clock, findLagMs }: Options): Table => {
  const replica = new Table(definition);
  let latestDueAtMs = new Map<string, number>();
  const onRecord: StreamListener = ({ dynamodb: { Keys, NewImage } }, tableName) => {
    if (tableName !== replica.name) return;
    const dueTimes = latestDueAtMs;
    const itemId = replica.toItemId(Keys);
    const dueAtMs = Math.max(clock.now() + findLagMs(replica.toPartitionKey(Keys)), dueTimes.get(itemId) ?? 0);
    dueTimes.set(itemId, dueAtMs);
    clock.setTimer(dueAtMs - clock.now(), () => {
      // the table was restored in between
      if (latestDueAtMs !== dueTimes) return;
      replica.write(itemId, NewImage);
      if (dueTimes.get(itemId) === dueAtMs) dueTimes.delete(itemId);
    });
  };
  stream.subscribe(onRecord, (restored) => {
    if (restored.name !== replica.name) return;
    latestDueAtMs = new Map();
    copyTable(restored, replica);
  });
  return replica;
};

import type { Clock } from '../service.ts';
import type { TableDefinition } from './key-schema.ts';
import type { Stream } from './stream.ts';
import { Table } from './table.ts';

/** Returns the replication lag of a partition key, in milliseconds. */
export type FindLagMs = (partitionKey: string) => number;

type Options = { readonly stream: Stream; readonly clock: Clock; readonly findLagMs: FindLagMs };

/** Creates a copy of the table that applies each change after a lag. It applies the changes of one item in order. */
export const createReplica = (definition: TableDefinition, { stream, clock, findLagMs }: Options): Table => {
  const replica = new Table(definition);
  const latestDueAtMs = new Map<string, number>();
  stream.subscribe(({ dynamodb: { Keys, NewImage } }, tableName) => {
    if (tableName !== replica.name) return;
    const itemId = replica.toItemId(Keys);
    const dueAtMs = Math.max(clock.now() + findLagMs(replica.toPartitionKey(Keys)), latestDueAtMs.get(itemId) ?? 0);
    latestDueAtMs.set(itemId, dueAtMs);
    clock.setTimer(dueAtMs - clock.now(), () => {
      replica.write(itemId, NewImage);
      if (latestDueAtMs.get(itemId) === dueAtMs) latestDueAtMs.delete(itemId);
    });
  });
  return replica;
};

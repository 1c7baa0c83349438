import type { Clock } from '../service.ts';
import type { TableDefinition } from './schema.ts';
import type { Stream } from './stream.ts';
import { Table } from './table.ts';

/** Milliseconds until eventually consistent reads see a change of an item in this partition. */
export type ReplicationLag = (partition: string) => number;

/** A copy of the table to which each change is applied late. The changes of one item are applied in their order. */
export const createReplica = (
  definition: TableDefinition,
  stream: Stream,
  clock: Clock,
  lagMs: ReplicationLag,
): Table => {
  const copy = new Table(definition);
  const latestDue = new Map<string, number>();
  stream.subscribe(({ dynamodb: { Keys, NewImage } }, name) => {
    if (name !== copy.name) return;
    const id = copy.idOf(Keys);
    const dueAt = Math.max(clock.now() + lagMs(copy.partitionOf(Keys)), latestDue.get(id) ?? 0);
    latestDue.set(id, dueAt);
    clock.after(dueAt - clock.now(), () => {
      copy.write(id, NewImage);
      if (latestDue.get(id) === dueAt) latestDue.delete(id);
    });
  });
  return copy;
};

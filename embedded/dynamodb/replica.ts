import type { Clock } from '../service.ts';
import type { TableDefinition } from './schema.ts';
import type { Stream } from './stream.ts';
import { Table } from './table.ts';

/** Milliseconds until eventually consistent reads see a change of an item in this partition. */
export type Lag = (partition: string) => number;

/** A copy that each change of the table reaches late; the changes of one item reach it in their order. */
export const replica = (definition: TableDefinition, stream: Stream, clock: Clock, lag: Lag): Table => {
  const copy = new Table(definition);
  const latest = new Map<string, number>();
  stream.subscribe(({ dynamodb: { Keys, NewImage } }, name) => {
    if (name !== copy.name) return;
    const id = copy.idOf(Keys);
    const at = Math.max(clock.now() + lag(copy.partitionOf(Keys)), latest.get(id) ?? 0);
    latest.set(id, at);
    clock.after(at - clock.now(), () => {
      copy.write(id, NewImage);
      if (latest.get(id) === at) latest.delete(id);
    });
  });
  return copy;
};

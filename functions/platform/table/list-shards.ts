import { createHash } from 'node:crypto';

// Apart from the reads of a list, so that a function that only writes does not bundle them.

/**
 * The shard of a list, from 0, that an item with this id is born into: a partition of an index, so that the write units of the shards add
 * up (ADR 91). An item stays in its shard when the number of shards is raised.
 */
export const shardOf = (id: string, count: number): number =>
  createHash('sha256').update(id).digest().readUInt32BE() % count;

export const shardPartition = (list: string, shard: number) => `${list}#${shard}`;

/** The partition keys of a list's shards. */
export const shardPartitions = (list: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, shard) => shardPartition(list, shard));

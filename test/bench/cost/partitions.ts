import { AWS_PARTITION_LIMITS } from '../../../embedded/aws/dynamodb/dynamodb.ts';
import type { PartitionUnits } from './meter.ts';

type Units = Pick<PartitionUnits, 'writeUnits' | 'readUnits'>;

/** How many orders a second one key value takes on AWS if each order consumes these units of it. */
export const ceilingOf = ({ writeUnits, readUnits }: Units): number => {
  const { writeUnitsPerSecond, readUnitsPerSecond } = AWS_PARTITION_LIMITS;
  return Math.floor(Math.min(writeUnitsPerSecond / writeUnits, readUnitsPerSecond / readUnits));
};

const ID = '[0-9a-f]{26}';
const TENANT = new RegExp(`(?<=^\\w+#)${ID}(?=#)`);
const ORDER = new RegExp(`(?<=#)${ID}`);

/** Replaces the ids of the tenant and of the order. */
const withoutIds = (partitionKey: string) => partitionKey.replace(TENANT, '<t>').replace(ORDER, '<orderId>');

/** The partitions that an order shares with other orders, the one with the lowest ceiling first. */
export const sharedPartitions = (partitions: readonly PartitionUnits[]): readonly PartitionUnits[] =>
  partitions
    .map((partition) => ({ ...partition, partitionKey: withoutIds(partition.partitionKey) }))
    .filter(({ partitionKey }) => !partitionKey.includes('<orderId>'))
    .sort((a, b) => ceilingOf(a) - ceilingOf(b));

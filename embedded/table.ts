import { TABLE } from '#shared/manifest';
import type { TableDefinition } from './dynamodb/schema.ts';

const { partitionKey, sortKey, indexes } = TABLE;

const keys = (hash: string, range: string): TableDefinition['KeySchema'] => [
  { AttributeName: hash, KeyType: 'HASH' },
  { AttributeName: range, KeyType: 'RANGE' },
];

/** The project's table as CreateTable would have it. */
export const tableDefinition = (name: string): TableDefinition => ({
  TableName: name,
  AttributeDefinitions: [partitionKey, sortKey, ...indexes.flatMap((index) => [index.partitionKey, index.sortKey])].map(
    (AttributeName) => ({
      AttributeName,
      AttributeType: 'S',
    }),
  ),
  KeySchema: keys(partitionKey, sortKey),
  GlobalSecondaryIndexes: indexes.map(({ name, partitionKey, sortKey, includes }) => ({
    IndexName: name,
    KeySchema: keys(partitionKey, sortKey),
    Projection:
      includes.length > 0
        ? { ProjectionType: 'INCLUDE', NonKeyAttributes: [...includes] }
        : { ProjectionType: 'KEYS_ONLY' },
  })),
});

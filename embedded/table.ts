import { TABLE } from '#shared/manifest';
import type { TableDefinition } from './dynamodb/schema.ts';

const { partitionKey, sortKey, index } = TABLE;

const keys = (hash: string, range: string): TableDefinition['KeySchema'] => [
  { AttributeName: hash, KeyType: 'HASH' },
  { AttributeName: range, KeyType: 'RANGE' },
];

/** The project's table as CreateTable would have it. */
export const tableDefinition = (name: string): TableDefinition => ({
  TableName: name,
  AttributeDefinitions: [partitionKey, sortKey, index.partitionKey, index.sortKey].map((AttributeName) => ({
    AttributeName,
    AttributeType: 'S',
  })),
  KeySchema: keys(partitionKey, sortKey),
  GlobalSecondaryIndexes: [
    {
      IndexName: index.name,
      KeySchema: keys(index.partitionKey, index.sortKey),
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: [...index.includes] },
    },
  ],
});

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { clientOptions } from '#platform/runtime/clients';

// Apart from the other clients: its package does not declare that it has no side effects, so every bundle with this module keeps it.

export const db = () =>
  DynamoDBDocumentClient.from(new DynamoDBClient(clientOptions()), {
    marshallOptions: { removeUndefinedValues: true },
  });

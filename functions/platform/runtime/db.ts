import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { clientOptions } from '#platform/runtime/clients';
import type { BaseRuntime } from '#platform/runtime/runtime';
import { guardTenants } from '#platform/table/guard';

// Apart from the other clients: its package does not declare that it has no side effects, so every bundle with this module keeps it.

export const db = (rt: Pick<BaseRuntime, 'functionName' | 'metric' | 'tenants'>) =>
  guardTenants(
    DynamoDBDocumentClient.from(new DynamoDBClient(clientOptions()), {
      marshallOptions: { removeUndefinedValues: true },
    }),
    rt,
  );

import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { addMs } from '#platform/kernel';
import type { Runtime } from '#platform/runtime/runtime';
import type { ApiKey } from '#tenants/contract';
import type { StoredApiKey } from '#tenants/table/api-keys';
import { apiKeyKey } from '#tenants/table/keys';

/** A minute less than an hour, because API Gateway's cache delays the authorizer by some seconds. */
const LAST_USE_INTERVAL_MS = 59 * 60_000;

/**
 * Records that a key is used now, unless a use within the last 59 minutes is recorded. It never fails, because a request does not depend on it,
 * and it never creates an item, because the key may have been revoked since it was read.
 */
export const lastUseRecorder =
  (rt: Runtime<'db'>) =>
  async (key: ApiKey, { lastUsedAt = '' }: StoredApiKey): Promise<void> => {
    const at = rt.now().toISOString();
    const before = addMs(at, -LAST_USE_INTERVAL_MS);
    if (lastUsedAt > before) return;
    try {
      await rt.db.send(
        new UpdateCommand({
          TableName: rt.env('TABLE_NAME'),
          Key: apiKeyKey(key),
          UpdateExpression: 'SET lastUsedAt = :at',
          ConditionExpression: 'attribute_exists(pk) AND (attribute_not_exists(lastUsedAt) OR lastUsedAt <= :before)',
          ExpressionAttributeValues: { ':at': at, ':before': before },
        }),
      );
    } catch (error) {
      // another authorizer has recorded a use, or the key is revoked
      if (error instanceof ConditionalCheckFailedException) return;
      rt.logger.warn('the last use of a key was not recorded', error as Error);
    }
  };

import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#platform/runtime/runtime';
import { callsKey } from '#sandbox/table/keys';
import type { CountCall } from '#sandbox/use-cases/ports';

export const countCalls = (rt: Runtime<'db'>): CountCall => {
  const TableName = rt.env('TABLE_NAME');
  return async (key) => {
    const { Attributes } = await rt.db.send(
      new UpdateCommand({
        TableName,
        Key: callsKey(key),
        UpdateExpression: 'ADD #count :one',
        ExpressionAttributeNames: { '#count': 'count' },
        ExpressionAttributeValues: { ':one': 1 },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return Number(Attributes?.['count']);
  };
};

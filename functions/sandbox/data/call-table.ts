import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { CountCall } from '#sandbox/app/ports';
import { callsKey } from '#sandbox/data/keys';
import type { Runtime } from '#shared/runtime';

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

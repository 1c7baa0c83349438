import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { DUE_LIST, dueMarkOf, leaseKey, orderIdsOf } from '#orders/table/keys';
import type { DueOrders } from '#orders/use-cases/ports';
import { DUE_INDEX } from '#platform/manifest';
import type { Runtime } from '#platform/runtime/runtime';
import { putIf } from '#platform/table/put';

export const dueOrders = (rt: Runtime<'db'>): DueOrders => {
  const TableName = rt.env('TABLE_NAME');

  return {
    async findDue(at, { limit, after }) {
      const { Items = [], LastEvaluatedKey } = await rt.db.send(
        new QueryCommand({
          TableName,
          IndexName: DUE_INDEX,
          KeyConditionExpression: 'duePk = :due AND dueSk <= :at',
          // `~` sorts after `#` and every id
          ExpressionAttributeValues: { ':due': DUE_LIST, ':at': `${at}~` },
          Limit: limit,
          ExclusiveStartKey: after,
        }),
      );
      const entries = Items.map(({ pk, dueSk }) => ({
        ...orderIdsOf(pk as string),
        ...dueMarkOf(dueSk as string),
      }));
      return { entries, next: LastEvaluatedKey };
    },

    acquireLease: (at, until) =>
      putIf(
        rt,
        { ...leaseKey, until },
        {
          ConditionExpression: 'attribute_not_exists(pk) OR #until <= :at',
          ExpressionAttributeNames: { '#until': 'until' },
          ExpressionAttributeValues: { ':at': at },
        },
      ),

    async releaseLease(at) {
      await rt.db.send(new PutCommand({ TableName, Item: { ...leaseKey, until: at } }));
    },
  };
};

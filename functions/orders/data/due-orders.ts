import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { DueOrders } from '#orders/app/ports';
import { DUE, orderOf, turnKey } from '#orders/data/keys';
import { DUE_INDEX } from '#shared/manifest';
import { putIf } from '#shared/put';
import type { Runtime } from '#shared/runtime';

export const dueOrders = (rt: Runtime<'db'>): DueOrders => {
  const TableName = rt.env('TABLE_NAME');

  return {
    async due(at, limit) {
      const { Items = [] } = await rt.db.send(
        new QueryCommand({
          TableName,
          IndexName: DUE_INDEX,
          KeyConditionExpression: 'duePk = :due AND dueSk <= :at',
          // `~` sorts after `#` and every id
          ExpressionAttributeValues: { ':due': DUE, ':at': `${at}~` },
          Limit: limit,
        }),
      );
      return Items.map(({ pk }) => orderOf(pk as string));
    },

    takeTurn: (at, until) =>
      putIf(
        rt,
        { ...turnKey, until },
        {
          ConditionExpression: 'attribute_not_exists(pk) OR #until <= :at',
          ExpressionAttributeNames: { '#until': 'until' },
          ExpressionAttributeValues: { ':at': at },
        },
      ),

    async endTurn(at) {
      await rt.db.send(new PutCommand({ TableName, Item: { ...turnKey, until: at } }));
    },
  };
};

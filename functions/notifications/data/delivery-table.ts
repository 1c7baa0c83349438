import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Deliveries } from '#notifications/app/ports';
import { deliveryKey } from '#notifications/data/keys';
import type { Delivery } from '#notifications/domain/delivery';
import { putIf } from '#shared/put';
import type { Runtime } from '#shared/runtime';
import { written } from '#shared/write';

export const deliveryTable = (rt: Runtime<'db'>): Deliveries => {
  const TableName = rt.env('TABLE_NAME');

  return {
    async find(notice) {
      const Key = deliveryKey(notice);
      const { Item } = await rt.db.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
      if (!Item) return undefined;
      const { pk, sk, v, ...delivery } = Item;
      return { ...delivery, version: v } as Delivery;
    },

    async save(from, { version, ...delivery }) {
      const item = { ...deliveryKey(delivery), ...delivery, ...written(version, []) };
      const first = { ConditionExpression: 'attribute_not_exists(pk)' };
      return putIf(
        rt,
        item,
        from ? { ConditionExpression: 'v = :v', ExpressionAttributeValues: { ':v': from.version } } : first,
      );
    },
  };
};

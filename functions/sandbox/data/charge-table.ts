import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Charges } from '#sandbox/app/ports';
import { chargeKey } from '#sandbox/data/keys';
import type { Charge } from '#sandbox/domain/charge';
import { putIf, putOrMeet } from '#shared/put';
import type { Runtime } from '#shared/runtime';

export const chargeTable = (rt: Runtime<'db'>): Charges => {
  const TableName = rt.env('TABLE_NAME');

  return {
    async find(key) {
      const { Item } = await rt.db.send(new GetCommand({ TableName, Key: chargeKey(key), ConsistentRead: true }));
      return Item && toCharge(Item);
    },

    async putOrMeet(charge) {
      const standing = await putOrMeet(rt, { ...chargeKey(charge.key), ...charge });
      return standing ? toCharge(standing) : charge;
    },

    move: (from, to) =>
      putIf(
        rt,
        { ...chargeKey(to.key), ...to },
        {
          ConditionExpression: '#version = :version',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':version': from.version },
        },
      ),
  };
};

const toCharge = ({ pk, sk, ...charge }: Record<string, unknown>): Charge => charge as Charge;

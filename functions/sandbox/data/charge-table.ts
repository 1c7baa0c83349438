import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Charges } from '#sandbox/app/ports';
import { chargeKey } from '#sandbox/data/keys';
import type { Charge } from '#sandbox/domain/charge';
import type { Runtime } from '#shared/runtime';

export const chargeTable = (rt: Runtime<'db'>): Charges => {
  const TableName = rt.env('TABLE_NAME');

  return {
    async find(key) {
      const { Item } = await rt.db.send(new GetCommand({ TableName, Key: chargeKey(key), ConsistentRead: true }));
      return Item && toCharge(Item);
    },

    async putOrMeet(charge) {
      const Item = { ...chargeKey(charge.key), ...charge };
      try {
        await rt.db.send(
          new PutCommand({
            TableName,
            Item,
            ConditionExpression: 'attribute_not_exists(pk)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return charge;
      } catch (e) {
        if (e instanceof ConditionalCheckFailedException && e.Item) return toCharge(unmarshall(e.Item));
        throw e;
      }
    },

    async move(from, to) {
      try {
        await rt.db.send(
          new PutCommand({
            TableName,
            Item: { ...chargeKey(to.key), ...to },
            ConditionExpression: '#version = :version',
            ExpressionAttributeNames: { '#version': 'version' },
            ExpressionAttributeValues: { ':version': from.version },
          }),
        );
        return true;
      } catch (e) {
        if (e instanceof ConditionalCheckFailedException) return false;
        throw e;
      }
    },
  };
};

const toCharge = ({ pk, sk, ...charge }: Record<string, unknown>): Charge => charge as Charge;

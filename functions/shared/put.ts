import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand, type PutCommandInput } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Item } from '#shared/batch-get';
import type { Runtime } from '#shared/runtime';

type Condition = Pick<
  PutCommandInput,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

/** Puts the item unless one stands under its key, which is then the answer: one call and one write, also when it loses. */
export const putOrMeet = async (rt: Runtime<'db'>, item: Item): Promise<Item | undefined> => {
  try {
    await rt.db.send(
      new PutCommand({
        TableName: rt.env('TABLE_NAME'),
        Item: item,
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return undefined;
  } catch (e) {
    if (e instanceof ConditionalCheckFailedException && e.Item) return unmarshall(e.Item);
    throw e;
  }
};

/** Puts the item on a condition; false where it does not hold. */
export const putIf = async (rt: Runtime<'db'>, item: Item, condition: Condition): Promise<boolean> => {
  try {
    await rt.db.send(new PutCommand({ TableName: rt.env('TABLE_NAME'), Item: item, ...condition }));
    return true;
  } catch (e) {
    if (e instanceof ConditionalCheckFailedException) return false;
    throw e;
  }
};

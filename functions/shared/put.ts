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

type Outgoing = { readonly events?: readonly { readonly id: string }[] };
const eventOf = ({ out }: Item) => (out as Outgoing | undefined)?.events?.[0]?.id;

/** An event is minted with its write, so the same one tells of a write that came through though its answer did not. */
const isOurs = (item: Item, standing: Item) => eventOf(item) !== undefined && eventOf(item) === eventOf(standing);

/**
 * Puts the item on a condition; false where it does not hold. A client asks again where an answer fails to come: a second try
 * that meets what the first has written is success, if the item carries an event.
 */
export const putIf = async (rt: Runtime<'db'>, item: Item, condition: Condition): Promise<boolean> => {
  const ReturnValuesOnConditionCheckFailure = 'ALL_OLD';
  try {
    await rt.db.send(
      new PutCommand({
        TableName: rt.env('TABLE_NAME'),
        Item: item,
        ...condition,
        ReturnValuesOnConditionCheckFailure,
      }),
    );
    return true;
  } catch (e) {
    if (e instanceof ConditionalCheckFailedException) return e.Item !== undefined && isOurs(item, unmarshall(e.Item));
    throw e;
  }
};

import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand, type PutCommandInput } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Item } from '#platform/table/batch-get';
import type { TableRuntime } from '#platform/table/get-item';

export type Condition = Pick<
  PutCommandInput,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

export const IF_ABSENT: Condition = { ConditionExpression: 'attribute_not_exists(pk)' };

/** Undefined where the condition held; otherwise the existing item, if there is one. */
const put = async (
  rt: TableRuntime,
  item: Item,
  condition: Condition,
): Promise<undefined | { readonly existing: Item | undefined }> => {
  try {
    await rt.db.send(
      new PutCommand({
        TableName: rt.env('TABLE_NAME'),
        Item: item,
        ...condition,
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return undefined;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return { existing: error.Item && unmarshall(error.Item) };
  }
};

type Outbox = { readonly events?: readonly { readonly id: string }[] };
const firstEventId = ({ out }: Item) => (out as Outbox | undefined)?.events?.[0]?.id;

/** Each write mints its events' ids, so an existing item with the same event was written by this very put. */
const isSameWrite = (item: Item, existing: Item) =>
  firstEventId(item) !== undefined && firstEventId(item) === firstEventId(existing);

/**
 * Puts the item unless one exists under its key, and then returns that one: one call and one write, also where it loses. What a lost
 * first attempt of this very put has written is no other item, if the item carries an event.
 */
export const putIfAbsent = async (rt: TableRuntime, item: Item): Promise<Item | undefined> => {
  const failed = await put(rt, item, IF_ABSENT);
  if (failed && !failed.existing) throw new Error(`the put of ${item['pk']} failed without an existing item`);
  return failed?.existing && isSameWrite(item, failed.existing) ? undefined : failed?.existing;
};

/**
 * Puts the item on a condition; false where the condition does not hold. The SDK client retries where a response is lost: a retry that
 * finds what the first attempt wrote is success, if the item carries an event.
 */
export const putIf = async (rt: TableRuntime, item: Item, condition: Condition): Promise<boolean> => {
  const failed = await put(rt, item, condition);
  return !failed || (failed.existing !== undefined && isSameWrite(item, failed.existing));
};

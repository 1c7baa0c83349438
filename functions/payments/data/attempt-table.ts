import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Attempts } from '#payments/app/ports';
import { PaymentDeclined, PaymentReceived, PaymentRefunded } from '#payments/contract';
import { attemptKey } from '#payments/data/keys';
import type { Attempt } from '#payments/domain/attempt';
import type { Event } from '#shared/events';
import type { Runtime, World } from '#shared/runtime';
import { mint, written } from '#shared/write';

export const attemptTable = (rt: Runtime<'db'>): Attempts => {
  const TableName = rt.env('TABLE_NAME');

  return {
    async find(tenantId, orderId) {
      const Key = attemptKey(tenantId, orderId);
      const { Item } = await rt.db.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
      return Item && toAttempt(Item);
    },

    async putOrMeet(attempt) {
      const Item = toItem(attempt, []);
      try {
        await rt.db.send(
          new PutCommand({
            TableName,
            Item,
            ConditionExpression: 'attribute_not_exists(pk)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return attempt;
      } catch (e) {
        if (e instanceof ConditionalCheckFailedException && e.Item) return toAttempt(unmarshall(e.Item));
        throw e;
      }
    },

    async move(from, to) {
      try {
        await rt.db.send(
          new PutCommand({
            TableName,
            Item: toItem(to, events(rt, to)),
            ConditionExpression: 'v = :v AND #status = :status',
            ExpressionAttributeNames: { '#status': 'status' },
            ExpressionAttributeValues: { ':v': from.version, ':status': from.status },
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

/** What the world hears of an attempt in its status; of intents, voids and tombstones it hears nothing. */
const events = (rt: World, { tenantId, orderId, version, status, total, refunded }: Attempt): readonly Event[] => {
  const of = (type: Event['type'], data = total) => mint(rt, type, { tenantId, aggregateId: orderId, version, data });
  if (status === 'captured') return [of(PaymentReceived.type)];
  if (status === 'declined') return [of(PaymentDeclined.type)];
  return refunded > 0 ? [of(PaymentRefunded.type, { ...total, amount: refunded })] : [];
};

const toItem = ({ version, ...attempt }: Attempt, out: readonly Event[]) => ({
  ...attemptKey(attempt.tenantId, attempt.orderId),
  ...attempt,
  ...written(version, out),
});

const toAttempt = ({ pk, sk, out, v, ...attempt }: Record<string, unknown>): Attempt =>
  ({ ...attempt, version: v }) as Attempt;

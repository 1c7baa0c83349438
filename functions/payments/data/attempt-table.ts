import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Attempts } from '#payments/app/ports';
import { PaymentDeclined, PaymentReceived, PaymentRefunded } from '#payments/contract';
import { attemptKey } from '#payments/data/keys';
import type { Attempt } from '#payments/domain/attempt';
import type { Event } from '#shared/events';
import { putIf, putOrMeet } from '#shared/put';
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
      const standing = await putOrMeet(rt, toItem(attempt, []));
      return standing ? toAttempt(standing) : attempt;
    },

    move: (from, to) =>
      putIf(rt, toItem(to, events(rt, from, to)), {
        ConditionExpression: 'v = :v AND #status = :status',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':v': from.version, ':status': from.status },
      }),
  };
};

/**
 * What the world hears of a change: money that came, money that went back, a refusal. So received less refunded is what we keep,
 * also where both became known at once. Of intents, voids and tombstones it hears nothing.
 */
const events = (rt: World, from: Attempt, to: Attempt): readonly Event[] => {
  const { tenantId, orderId, version, total } = to;
  const of = (type: Event['type'], amount: number) =>
    mint(rt, type, { tenantId, aggregateId: orderId, version, data: { ...total, amount } });
  return [
    ...(to.captured > from.captured ? [of(PaymentReceived.type, to.captured - from.captured)] : []),
    ...(to.refunded > from.refunded ? [of(PaymentRefunded.type, to.refunded - from.refunded)] : []),
    ...(to.status === 'declined' && from.status === 'intended' ? [of(PaymentDeclined.type, total.amount)] : []),
  ];
};

const toItem = ({ version, ...attempt }: Attempt, out: readonly Event[]) => ({
  ...attemptKey(attempt.tenantId, attempt.orderId),
  ...attempt,
  ...written(version, out),
});

const toAttempt = ({ pk, sk, out, v, ...attempt }: Record<string, unknown>): Attempt =>
  ({ ...attempt, version: v }) as Attempt;

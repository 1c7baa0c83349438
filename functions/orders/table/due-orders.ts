import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { DUE_LIST, DUE_LISTS, type DueMark, dueMarkOf, leaseKey, orderIdsOf } from '#orders/table/keys';
import type { DueOrders, FindOpenOrders } from '#orders/use-cases/ports';
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

/** Some 150 KB of keys, which cost 19 read units. */
const PAGE_SIZE = 1_000;

/** Walks the part of the due list with the orders that make progress, which the sweep does not look at. */
export const openOrderFinder = (rt: Runtime<'db'>, lists: readonly string[] = DUE_LISTS): FindOpenOrders =>
  async function* findOpenOrders({ after, until }) {
    for (const list of lists) {
      let next: Record<string, unknown> | undefined;
      do {
        const { Items = [], LastEvaluatedKey } = await rt.db.send(
          new QueryCommand({
            TableName: rt.env('TABLE_NAME'),
            IndexName: DUE_INDEX,
            KeyConditionExpression: 'duePk = :due AND dueSk BETWEEN :after AND :until',
            // `~` sorts after `#` and every id
            ExpressionAttributeValues: { ':due': list, ':after': `${after}~`, ':until': `${until}~` },
            Limit: PAGE_SIZE,
            ExclusiveStartKey: next,
          }),
        );
        yield Items.filter(({ dueSk }) => isOpen(dueMarkOf(dueSk as string))).map(
          ({ pk }) => orderIdsOf(pk as string).tenantId,
        );
        next = LastEvaluatedKey;
      } while (next);
    }
  };

/** Whether a saga of the order is under way. */
const isOpen = ({ kind }: DueMark): boolean => kind === 'placed' || kind === 'cancelling';

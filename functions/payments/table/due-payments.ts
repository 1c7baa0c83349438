import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { BREAKERS_LIST, idsOf, RETURNS_LIST } from '#payments/table/keys';
import type { PaymentsDue } from '#payments/use-cases/ports';
import type { Instant, OrderId } from '#platform/kernel';
import { DUE_INDEX } from '#platform/manifest';
import type { Runtime } from '#platform/runtime/runtime';

type Range = {
  readonly list: string;
  readonly until: Instant;
  /** The sort key of the last entry of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
};

/** What waits for the schedule, of all tenants. No other function reads these partitions. */
export const duePayments = (rt: Runtime<'db'>): PaymentsDue => {
  const query = async ({ list, until, after, limit }: Range) => {
    const { Items = [] } = await rt.db.send(
      new QueryCommand({
        TableName: rt.env('TABLE_NAME'),
        IndexName: DUE_INDEX,
        KeyConditionExpression: 'duePk = :due AND dueSk BETWEEN :after AND :until',
        ExpressionAttributeValues: {
          ':due': list,
          // a key must not be empty, and a space sorts before every other one; the first key after another has a space more
          ':after': `${after ?? ''} `,
          // `~` sorts after `#` and every id
          ':until': `${until}~`,
        },
        Limit: limit,
      }),
    );
    return Items.map(({ pk, dueSk }) => ({ ...idsOf(pk as string), dueSk: dueSk as string }));
  };

  return {
    async breakers(at, limit) {
      const due = await query({ list: BREAKERS_LIST, until: at, limit });
      return due.map(({ tenantId }) => tenantId);
    },
    async returns(at, { after, limit }) {
      const due = await query({ list: RETURNS_LIST, until: at, after, limit });
      return due.map(({ tenantId, id, dueSk }) => ({ cursor: dueSk, tenantId, orderId: id as OrderId }));
    },
  };
};

import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { BREAKERS_LIST, idsOf, RETURNS_LIST } from '#payments/table/keys';
import type { PaymentsDue } from '#payments/use-cases/ports';
import type { OrderId } from '#platform/kernel';
import { DUE_INDEX } from '#platform/manifest';
import type { Runtime } from '#platform/runtime/runtime';

type Range = { readonly list: string; readonly condition: string; readonly bound: string; readonly limit: number };

/** What waits for the schedule, of all tenants. No other function reads these partitions. */
export const duePayments = (rt: Runtime<'db'>): PaymentsDue => {
  const query = async ({ list, condition, bound, limit }: Range) => {
    const { Items = [] } = await rt.db.send(
      new QueryCommand({
        TableName: rt.env('TABLE_NAME'),
        IndexName: DUE_INDEX,
        KeyConditionExpression: `duePk = :due AND dueSk ${condition} :bound`,
        ExpressionAttributeValues: { ':due': list, ':bound': bound },
        Limit: limit,
      }),
    );
    return Items.map(({ pk, dueSk }) => ({ ...idsOf(pk as string), dueSk: dueSk as string }));
  };

  return {
    async breakers(at, limit) {
      // `~` sorts after `#` and every id
      const due = await query({ list: BREAKERS_LIST, condition: '<=', bound: `${at}~`, limit });
      return due.map(({ tenantId }) => tenantId);
    },
    async returns(after, limit) {
      // an index key must not be empty, and a space sorts before every cursor
      const due = await query({ list: RETURNS_LIST, condition: '>', bound: after || ' ', limit });
      return due.map(({ tenantId, id, dueSk }) => ({ cursor: dueSk, tenantId, orderId: id as OrderId }));
    },
  };
};

import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { NO_VERDICT, type OpenOrdersVerdict } from '#orders/domain/open-orders';
import { openOrdersKey } from '#orders/table/keys';
import type { CheckOpenOrders, OpenOrderVerdicts } from '#orders/use-cases/ports';
import type { TenantId } from '#platform/kernel';
import type { Runtime } from '#platform/runtime/runtime';
import { StringSchema } from '#platform/schemas';
import { getItemEventually } from '#platform/table/get-item';
import { parseItem } from '#platform/table/parse-item';

const VerdictItem = z.pipe(
  z.object({ tenants: z.array(StringSchema), validUntil: StringSchema }),
  z.transform(({ tenants, validUntil }): OpenOrdersVerdict => ({ tenants: tenants as TenantId[], validUntil })),
);

/** The verdict is one item for all tenants. It has ids of tenants and nothing of their customers. */
export const openOrderVerdicts = (rt: Runtime<'db'>): OpenOrderVerdicts => ({
  async find() {
    const item = await getItemEventually(rt, openOrdersKey);
    return item ? parseItem(VerdictItem, item) : NO_VERDICT;
  },
  async put(verdict) {
    await rt.db.send(new PutCommand({ TableName: rt.env('TABLE_NAME'), Item: { ...openOrdersKey, ...verdict } }));
  },
});

const READ_INTERVAL_MS = 10_000;
/** Longer than a read takes as a rule, and no noticeable wait for a customer. */
const MAX_WAIT_MS = 100;

/** Reads the verdict at most once in ten seconds, at half a read unit for 4 KB. A read that fails or is late refuses nothing. */
export const openOrdersCheck = (rt: Runtime<'db'>): CheckOpenOrders => {
  const verdicts = openOrderVerdicts(rt);
  let verdict = NO_VERDICT;
  let nextReadMs = 0;

  const read = async () => {
    try {
      verdict = await verdicts.find();
    } catch (error) {
      rt.logger.warn('the open orders are unknown, so no order is refused for them', error as Error);
    }
  };
  return async () => {
    const nowMs = rt.now().getTime();
    if (nowMs >= nextReadMs) {
      nextReadMs = nowMs + READ_INTERVAL_MS;
      verdict = NO_VERDICT;
      await Promise.race([read(), rt.sleep(MAX_WAIT_MS)]);
    }
    return verdict;
  };
};

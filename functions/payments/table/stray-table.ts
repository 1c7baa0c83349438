import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { metrics } from '#payments/errors';
import { strayKey, strayList } from '#payments/table/keys';
import type { Strays } from '#payments/use-cases/ports';
import type { Runtime } from '#platform/runtime/runtime';
import { getItem } from '#platform/table/get-item';
import { parseItem } from '#platform/table/parse-item';

const StrayAmounts = z.object({ captured: z.number(), refunded: z.number() });

/** An item holds no number beyond these, and a provider may state any. */
const toStored = (amount: number) => Math.max(Number.MIN_SAFE_INTEGER, Math.min(amount, Number.MAX_SAFE_INTEGER));

/** Captures of no order, and states that contradict a payment, an item each, listed by tenant. What is new alarms. */
export const strayTable = (rt: Runtime<'db'>): Strays => ({
  async quarantine(stray) {
    const key = strayKey(stray.tenantId, stray.key);
    const amounts = { captured: toStored(stray.captured), refunded: toStored(stray.refunded) };
    const existing = await getItem(rt, key);
    if (existing) {
      const { captured, refunded } = parseItem(StrayAmounts, existing);
      if (captured === amounts.captured && refunded === amounts.refunded) return;
    }
    const Item = { ...key, listPk: strayList(stray.tenantId), listSk: stray.key, ...stray, ...amounts };
    await rt.db.send(new PutCommand({ TableName: rt.env('TABLE_NAME'), Item }));
    rt.metric('StrayCaptures' satisfies keyof typeof metrics, 1, stray);
  },
});

import * as z from 'zod/mini';
import { pauseKey } from '#orders/table/keys';
import type { Pauses } from '#orders/use-cases/ports';
import { getItem, type TableRuntime } from '#platform/table/get-item';
import { parseItem } from '#platform/table/parse-item';
import { IF_ABSENT, putIf } from '#platform/table/put';

/** All pauses are one item, which is written by operators only and read where a deadline is judged. */
export const pauseTable = (rt: TableRuntime): Pauses => ({
  async find() {
    const item = await getItem(rt, pauseKey);
    return item ? parseItem(PauseItem, item) : { pauses: [], version: 0 };
  },
  update: (version, pauses) =>
    putIf(
      rt,
      { ...pauseKey, pauses, v: version + 1 },
      version === 0
        ? IF_ABSENT
        : { ConditionExpression: 'v = :v', ExpressionAttributeValues: { ':v': version } },
    ),
});

const PauseItem = z.pipe(
  z.object({
    pauses: z.readonly(z.array(z.object({ from: z.string(), until: z.optional(z.string()), reason: z.string() }))),
    v: z.int(),
  }),
  z.transform(({ pauses, v }) => ({ pauses, version: v })),
);

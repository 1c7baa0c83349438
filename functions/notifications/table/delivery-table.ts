import * as z from 'zod/mini';
import { NOTICE_KINDS } from '#notifications/contract';
import type { Delivery, Notice, Receipt } from '#notifications/domain/delivery';
import type { metrics } from '#notifications/errors';
import { deliveryKey } from '#notifications/table/keys';
import type { Deliveries } from '#notifications/use-cases/ports';
import type { Runtime } from '#platform/runtime/runtime';
import { IntegerSchema, OrderIdSchema, StringSchema, TenantIdSchema } from '#platform/schemas';
import { aggregateTable } from '#platform/table/aggregate-table';

/** The deliveries. It counts each mail that is withheld because its mailbox has had enough: that is what somebody should look at. */
export const deliveryTable = (rt: Runtime<'db'>): Deliveries => {
  const table = aggregateTable<Delivery, Notice>(rt, {
    keyOf: deliveryKey,
    toItem: ({ version: _, ...delivery }) => ({ ...deliveryKey(delivery), ...delivery }),
    schema: DeliveryItem,
  });
  return {
    find: table.find,
    async update(from, to) {
      if (!(await table.update(from, to))) return false;
      const { tenantId, orderId, kind } = to;
      if (to.status === 'withheld' && to.because === 'over_allowance')
        rt.metric('MailsWithheld' satisfies keyof typeof metrics, 1, { tenantId, orderId, kind });
      return true;
    },
  };
};

const DeliveryItem = z.pipe(
  z.object({
    tenantId: TenantIdSchema,
    orderId: OrderIdSchema,
    kind: z.enum(NOTICE_KINDS),
    status: z.enum(['sending', 'sent', 'bounced', 'complained', 'withheld']),
    leasedUntil: z.optional(StringSchema),
    sentAt: z.optional(StringSchema),
    withheldAt: z.optional(StringSchema),
    because: z.optional(z.enum(['unmailable', 'over_allowance', 'bounced', 'complained'])),
    bouncedAt: z.optional(StringSchema),
    bounce: z.optional(z.enum(['permanent', 'transient'])),
    complainedAt: z.optional(StringSchema),
    receipt: z.optional(z.looseObject({})),
    v: IntegerSchema,
  }),
  z.transform(
    ({
      v,
      status,
      leasedUntil = '',
      sentAt = '',
      receipt = {},
      withheldAt = '',
      because = 'unmailable',
      bouncedAt = '',
      bounce = 'transient',
      complainedAt = '',
      ...notice
    }): Delivery => {
      if (status === 'sending') return { ...notice, version: v, status, leasedUntil };
      if (status === 'withheld') return { ...notice, version: v, status, withheldAt, because };
      const sent = { ...notice, version: v, sentAt, receipt: receipt as Receipt };
      if (status === 'bounced') return { ...sent, status, bouncedAt, bounce };
      if (status === 'complained') return { ...sent, status, complainedAt };
      return { ...sent, status };
    },
  ),
);

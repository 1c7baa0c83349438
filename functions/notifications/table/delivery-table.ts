import * as z from 'zod/mini';
import type { Delivery, Notice } from '#notifications/domain/delivery';
import { deliveryKey } from '#notifications/table/keys';
import type { Deliveries } from '#notifications/use-cases/ports';
import type { Runtime } from '#platform/runtime/runtime';
import { OrderIdSchema, TenantIdSchema } from '#platform/schemas';
import { aggregateTable } from '#platform/table/aggregate-table';

export const deliveryTable = (rt: Runtime<'db'>): Deliveries =>
  aggregateTable<Delivery, Notice>(rt, {
    keyOf: deliveryKey,
    toItem: ({ version: _, ...delivery }) => ({ ...deliveryKey(delivery), ...delivery }),
    schema: DeliveryItem,
  });

const notice = {
  tenantId: TenantIdSchema,
  orderId: OrderIdSchema,
  kind: z.enum(['confirmed', 'cancelled', 'awaiting_payment']),
  v: z.int(),
};

const DeliveryItem = z.pipe(
  z.discriminatedUnion('status', [
    z.object({ ...notice, status: z.literal('sending'), leasedUntil: z.string() }),
    z.object({
      ...notice,
      status: z.literal('sent'),
      sentAt: z.string(),
      receipt: z.record(z.string(), z.string()),
    }),
  ]),
  z.transform(({ v, ...delivery }): Delivery => ({ ...delivery, version: v })),
);

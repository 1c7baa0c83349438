import * as z from 'zod/mini';
import type { Runtime } from '#platform/runtime/runtime';
import { IntegerSchema, StringSchema } from '#platform/schemas';
import { aggregateTable } from '#platform/table/aggregate-table';
import type { Charge } from '#sandbox/domain/charge';
import { chargeKey } from '#sandbox/table/keys';
import type { Charges } from '#sandbox/use-cases/ports';

const ChargeItem: z.ZodMiniType<Charge> = z.object({
  key: StringSchema,
  status: z.enum(['captured', 'declined', 'voided', 'pending', 'refund']),
  amount: IntegerSchema,
  currency: StringSchema,
  captured: IntegerSchema,
  refunded: IntegerSchema,
  refunds: z.readonly(z.array(StringSchema)),
  refundedByHand: z.optional(IntegerSchema),
  disputed: z.optional(IntegerSchema),
  refusesRefunds: z.optional(z.literal(true)),
  capturesLater: z.optional(z.literal(true)),
  version: IntegerSchema,
});

export const chargeTable = (rt: Runtime<'db'>): Charges =>
  aggregateTable<Charge, string>(rt, {
    keyOf: chargeKey,
    toItem: ({ version: _, ...charge }) => ({ ...chargeKey(charge.key), ...charge }),
    schema: ChargeItem,
    versionAttribute: 'version',
  });

import * as z from 'zod/mini';
import type { Runtime } from '#platform/runtime/runtime';
import { aggregateTable } from '#platform/table/aggregate-table';
import type { Charge } from '#sandbox/domain/charge';
import { chargeKey } from '#sandbox/table/keys';
import type { Charges } from '#sandbox/use-cases/ports';

const ChargeItem: z.ZodMiniType<Charge> = z.object({
  key: z.string(),
  status: z.enum(['captured', 'declined', 'voided', 'pending', 'refund']),
  amount: z.int(),
  currency: z.string(),
  captured: z.int(),
  refunded: z.int(),
  refunds: z.readonly(z.array(z.string())),
  refundedByHand: z.optional(z.int()),
  disputed: z.optional(z.int()),
  refusesRefunds: z.optional(z.literal(true)),
  capturesLater: z.optional(z.literal(true)),
  version: z.int(),
});

export const chargeTable = (rt: Runtime<'db'>): Charges =>
  aggregateTable<Charge, string>(rt, {
    keyOf: chargeKey,
    toItem: ({ version: _, ...charge }) => ({ ...chargeKey(charge.key), ...charge }),
    schema: ChargeItem,
    versionAttribute: 'version',
  });

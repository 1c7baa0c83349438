import * as z from 'zod/mini';
import type { Redrive } from '#operations/domain/redrive';
import { redriveKey } from '#operations/table/keys';
import type { Redrives } from '#operations/use-cases/redrive-dead-letters';
import type { Runtime } from '#platform/runtime/runtime';
import { InstantSchema, IntegerSchema, StringSchema } from '#platform/schemas';
import { aggregateTable } from '#platform/table/aggregate-table';

/** What the redrive knows of the dead letters of all consumers: one item. */
export const redriveTable = (rt: Runtime<'db'>): Redrives => {
  const table = aggregateTable<Redrive, undefined>(rt, {
    keyOf: () => redriveKey,
    toItem: ({ version: _, ...redrive }) => ({ ...redriveKey, ...redrive }),
    schema: RedriveItem,
  });
  return { find: () => table.find(undefined), update: table.update };
};

const RedriveItem = z.pipe(
  z.object({
    codeVersion: StringSchema,
    canaries: z.array(
      z.object({
        consumer: StringSchema,
        cause: StringSchema,
        state: z.enum(['sent', 'handled', 'failed', 'lost']),
        sentAt: InstantSchema,
      }),
    ),
    leaseUntil: InstantSchema,
    v: IntegerSchema,
  }),
  z.transform(({ v, ...redrive }): Redrive => ({ ...redrive, version: v })),
);

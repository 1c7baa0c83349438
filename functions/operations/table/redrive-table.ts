import * as z from 'zod/mini';
import type { Redrive } from '#operations/domain/redrive';
import { redriveKey } from '#operations/table/keys';
import type { Redrives } from '#operations/use-cases/redrive-dead-letters';
import type { Runtime } from '#platform/runtime/runtime';
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
    codeVersion: z.string(),
    canaries: z.array(
      z.object({
        consumer: z.string(),
        cause: z.string(),
        state: z.enum(['sent', 'handled', 'failed', 'lost']),
        sentAt: z.iso.datetime(),
      }),
    ),
    leaseUntil: z.iso.datetime(),
    v: z.int(),
  }),
  z.transform(({ v, ...redrive }): Redrive => ({ ...redrive, version: v })),
);

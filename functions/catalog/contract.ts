import * as z from 'zod/mini';
import { defineEvent, type EventData } from '#platform/messaging/events';
import { MoneySchema, StringSchema } from '#platform/schemas';

export const ProductChanged = defineEvent('ProductChanged.v1', () =>
  z.object({ name: StringSchema, price: MoneySchema }),
);
export type ProductChanged = EventData<typeof ProductChanged>;

/** All events of this context, by type. */
export const events = [ProductChanged] as const;

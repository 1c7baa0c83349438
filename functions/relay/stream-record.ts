import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import * as z from 'zod/mini';
import { IntegerSchema, StringSchema } from '#platform/schemas';
import { entryBytes, MAX_REQUEST_BYTES } from '#relay/batches';

const AggregateItem = z.object({
  pk: StringSchema,
  v: IntegerSchema,
  out: z.object({ v: IntegerSchema, events: z.array(z.looseObject({ type: StringSchema })) }),
});

type Image = Parameters<typeof unmarshall>[0];

/** What can never be published as an event, and why. */
export type Unpublishable = { readonly reason: string; readonly content: unknown };
export type OutgoingEvent = { readonly entry: PutEventsRequestEntry } | Unpublishable;

/** The event as an entry for the bus, from the context that owns the aggregate. */
export const toEntry = (event: { readonly type: string }, context: string, bus: string) => ({
  EventBusName: bus,
  Source: `breakwater.${context}`,
  DetailType: event.type,
  Detail: JSON.stringify(event),
});

/** The events of the write that this record reports. A write that carried on an older `out` has none: `out.v` is not its version. */
export const outgoingEvents = ({ dynamodb }: DynamoDBRecord, bus: string): readonly OutgoingEvent[] => {
  const image = unmarshall((dynamodb?.NewImage ?? {}) as Image);
  const parsed = AggregateItem.safeParse(image);
  if (!parsed.success) return [{ reason: `not written by an aggregate: ${parsed.error.message}`, content: image }];
  const { pk, v, out } = parsed.data;
  if (out.v !== v) return [];
  return out.events.map((event) => {
    const entry = toEntry(event, pk.slice(0, pk.indexOf('#')), bus);
    return entryBytes(entry) > MAX_REQUEST_BYTES ? { reason: 'too large for the bus', content: event } : { entry };
  });
};

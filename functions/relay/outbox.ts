import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import * as z from 'zod/mini';
import { LARGEST_REQUEST, sizeOf } from '#relay/size';

const Written = z.object({
  pk: z.string(),
  v: z.int(),
  out: z.object({ v: z.int(), events: z.array(z.looseObject({ type: z.string() })) }),
});

type Image = Parameters<typeof unmarshall>[0];

/** What will never be an event on the bus, and why. */
export type Unpublishable = { readonly reason: string; readonly content: unknown };
export type Outgoing = { readonly entry: PutEventsRequestEntry } | Unpublishable;

/** The event as the bus takes it, from the context that owns the aggregate. */
export const entryOf = (event: { readonly type: string }, context: string, bus: string) => ({
  ...{ EventBusName: bus, Source: `breakwater.${context}` },
  ...{ DetailType: event.type, Detail: JSON.stringify(event) },
});

/**
 * The events that the write of this record caused. A write that carried on an older `out` caused none: its `out.v` is not its
 * version.
 */
export const outgoing = ({ dynamodb }: DynamoDBRecord, bus: string): readonly Outgoing[] => {
  const image = unmarshall((dynamodb?.NewImage ?? {}) as Image);
  const written = Written.safeParse(image);
  if (!written.success) return [{ reason: `not written by an aggregate: ${written.error.message}`, content: image }];
  const { pk, v, out } = written.data;
  if (out.v !== v) return [];
  return out.events.map((event) => {
    const entry = entryOf(event, pk.slice(0, pk.indexOf('#')), bus);
    return sizeOf(entry) > LARGEST_REQUEST ? { reason: 'too large for the bus', content: event } : { entry };
  });
};

import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import * as z from 'zod';
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

/**
 * The events that the write of this record caused. A write that carried on an older `out` caused none: its `out.v` is not its
 * version. Their source is the context that owns the item.
 */
export const outgoing = ({ dynamodb }: DynamoDBRecord, bus: string): readonly Outgoing[] => {
  const image = unmarshall((dynamodb?.NewImage ?? {}) as Image);
  const written = Written.safeParse(image);
  if (!written.success) return [{ reason: `not written by an aggregate: ${written.error.message}`, content: image }];
  const { pk, v, out } = written.data;
  if (out.v !== v) return [];
  const Source = `breakwater.${pk.slice(0, pk.indexOf('#'))}`;
  return out.events.map((event) => {
    const entry = { EventBusName: bus, Source, DetailType: event.type, Detail: JSON.stringify(event) };
    return sizeOf(entry) > LARGEST_REQUEST ? { reason: 'too large for the bus', content: event } : { entry };
  });
};

import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import * as z from 'zod';

const Written = z.object({
  pk: z.string(),
  v: z.int(),
  out: z.object({ v: z.int(), events: z.array(z.looseObject({ type: z.string() })) }),
});

type Image = Parameters<typeof unmarshall>[0];

/**
 * The events that the write of this record caused. A write that carried on an older `out` caused none: its `out.v` is not its
 * version. Their source is the context that owns the item.
 */
export const outgoing = ({ dynamodb }: DynamoDBRecord, bus: string): readonly PutEventsRequestEntry[] => {
  const { pk, v, out } = Written.parse(unmarshall(dynamodb?.NewImage as Image));
  if (out.v !== v) return [];
  const Source = `breakwater.${pk.slice(0, pk.indexOf('#'))}`;
  return out.events.map((event) => ({
    EventBusName: bus,
    Source,
    DetailType: event.type,
    Detail: JSON.stringify(event),
  }));
};

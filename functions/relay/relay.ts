import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { type Outgoing, outgoing, type Unpublishable } from '#relay/outbox';
import { publish } from '#relay/publish';
import { setAside } from '#relay/set-aside';
import type { Runtime } from '#shared/runtime';

const MARGIN_MS = 2_000;

type Item = { readonly record: DynamoDBRecord; readonly out: Outgoing };

/**
 * The table's stream goes to the bus, at least once and in order up to here. Where an event cannot be published for now, the batch
 * is redelivered from its record on; repeats keep their ids. One that never can be goes to a queue of its own.
 */
export const relay = (rt: Runtime<'bus' | 'queues'>) => {
  const bus = rt.env('BUS_NAME');

  /** Answers the position of the first that failed, if any did; those before it are done with. */
  const bring = async (items: readonly Item[], until: number): Promise<number | undefined> => {
    const events = items.flatMap(({ out }, at) => ('entry' in out ? [{ at, entry: out.entry }] : []));
    const published = await publish(
      rt,
      events.map(({ entry }) => entry),
      until,
    );
    const refused = new Map([...published.refused].map(([i, reason]) => [events[i]?.at, reason]));
    const failed = published.failed === undefined ? undefined : events[published.failed]?.at;
    for (const [at, { out }] of items.slice(0, failed).entries()) {
      const one = unpublishable(out, refused.get(at));
      if (one) await setAside(rt, one);
    }
    return failed;
  };

  return middy<DynamoDBStreamEvent, DynamoDBBatchResponse>({ timeoutEarlyInMillis: 0 })
    .use(injectLambdaContext(rt.logger, { resetKeys: true }))
    .handler((event, context) =>
      // a batch has no one cause: its lines name each event's own
      rt.correlation.within(undefined, async () => {
        const items = event.Records.flatMap((record) => outgoing(record, bus).map((out) => ({ record, out })));
        const failed = await bring(items, rt.now().getTime() + context.getRemainingTimeInMillis() - MARGIN_MS);
        if (failed === undefined) return { batchItemFailures: [] };
        const itemIdentifier = items[failed]?.record.dynamodb?.SequenceNumber;
        // an answer without it would say that all went well
        if (!itemIdentifier)
          throw new Error('the record of an event that could not be published has no sequence number');
        return { batchItemFailures: [{ itemIdentifier }] };
      }),
    );
};

const unpublishable = (out: Outgoing, refused: string | undefined): Unpublishable | undefined => {
  if (!('entry' in out)) return out;
  return refused === undefined ? undefined : { reason: refused, content: JSON.parse(out.entry.Detail ?? '{}') };
};

import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { lambdaHandler } from '#platform/runtime/handler';
import type { Runtime } from '#platform/runtime/runtime';
import { publish } from '#relay/publish';
import { quarantine } from '#relay/quarantine';
import { type OutgoingEvent, outgoingEvents, type Unpublishable } from '#relay/stream-record';

const MARGIN_MS = 2_000;

type RecordedEvent = { readonly record: DynamoDBRecord; readonly event: OutgoingEvent };

/**
 * Publishes the events of the table's stream, at least once and in order up to the bus. Where an event cannot be published for now,
 * the batch is redelivered from its record on; repeats keep their ids. An event that can never be published is quarantined.
 */
export const relay = (rt: Runtime<'bus' | 'queues'>) => {
  const bus = rt.env('BUS_NAME');

  /** Returns the index of the first event that failed, if one did. The events before it are done. */
  const publishAll = async (recorded: readonly RecordedEvent[], deadlineMs: number): Promise<number | undefined> => {
    const publishable = recorded.flatMap(({ event }, index) =>
      'entry' in event ? [{ index, entry: event.entry }] : [],
    );
    const result = await publish(
      rt,
      publishable.map(({ entry }) => entry),
      deadlineMs,
    );
    const refused = new Map([...result.refused].map(([i, reason]) => [publishable[i]?.index, reason]));
    const failed = result.failed === undefined ? undefined : publishable[result.failed]?.index;
    for (const [index, { event }] of recorded.slice(0, failed).entries()) {
      const unpublishable = unpublishableOf(event, refused.get(index));
      if (unpublishable) await quarantine(rt, unpublishable);
    }
    return failed;
  };

  return lambdaHandler<DynamoDBStreamEvent, DynamoDBBatchResponse>(
    rt,
    ({ Records }, { deadlineMs }) =>
      // a batch has no single cause: its log lines name each event's own
      rt.correlation.run(undefined, async () => {
        const recorded = Records.flatMap((record) => outgoingEvents(record, bus).map((event) => ({ record, event })));
        const failed = await publishAll(recorded, deadlineMs);
        if (failed === undefined) return { batchItemFailures: [] };
        const itemIdentifier = recorded[failed]?.record.dynamodb?.SequenceNumber;
        // a response without it would report success
        if (!itemIdentifier)
          throw new Error('the record of an event that could not be published has no sequence number');
        return { batchItemFailures: [{ itemIdentifier }] };
      }),
    { marginMs: MARGIN_MS },
  );
};

const unpublishableOf = (event: OutgoingEvent, refusal: string | undefined): Unpublishable | undefined => {
  if (!('entry' in event)) return event;
  return refusal === undefined ? undefined : { reason: refusal, content: JSON.parse(event.entry.Detail ?? '{}') };
};

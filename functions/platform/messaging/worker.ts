import { BatchProcessor, EventType as EventSource, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod/mini';
import type { EventType } from '#platform/manifest';
import type { Event, EventDefinition } from '#platform/messaging/events';
import { lambdaHandler } from '#platform/runtime/handler';
import type { BaseRuntime } from '#platform/runtime/runtime';

/** An event type that a worker consumes, and what it does with each event. */
export type Consumer = { readonly type: string; readonly handle: (detail: unknown) => Promise<void> };

export const consumer = <D, A extends string>(
  definition: EventDefinition<EventType, D, A>,
  handle: (event: Event<EventType, D, A>) => Promise<void>,
): Consumer => ({ type: definition.type, handle: (detail) => handle(definition.schema.parse(detail)) });

const Envelope = z.object({ 'detail-type': z.string(), detail: z.unknown() });
/** An event without a correlation id is correlated by its own id. */
const CorrelatedMessage = z.object({ detail: z.object({ id: z.string(), correlationId: z.optional(z.string()) }) });

/**
 * Consumes events from a queue. Each message succeeds or fails alone: one that fails is redelivered and, after its last receive,
 * moved to the dead-letter queue, while the others of its batch are done. A message that is not an event of ours fails; it is
 * never dropped.
 */
export const workerFunction = (rt: BaseRuntime, consumers: readonly Consumer[]) => {
  const processor = new BatchProcessor(EventSource.SQS, { logger: rt.logger });

  const handle = async ({ body }: SQSRecord) => {
    const envelope = Envelope.parse(parseOrUndefined(body));
    const found = consumers.find(({ type }) => type === envelope['detail-type']);
    if (!found) throw new Error(`no consumer of ${envelope['detail-type']}`);
    await found.handle(envelope.detail);
  };

  return lambdaHandler<SQSEvent, SQSBatchResponse>(rt, (event, { context }) =>
    processPartialResponse(event, withLog(rt, handle), processor, { context, throwOnFullBatchFailure: false }),
  );
};

const withLog = (rt: BaseRuntime, handle: (record: SQSRecord) => Promise<void>) => (record: SQSRecord) =>
  rt.correlation.run(correlationIdOf(record), async () => {
    const { messageId } = record;
    try {
      await handle(record);
      rt.logger.info('message processed', { messageId });
    } catch (error) {
      rt.logger.error('message failed', { messageId, error: error as Error });
      throw error;
    }
  });

const correlationIdOf = ({ body }: SQSRecord): string | undefined => {
  const { id, correlationId = id } = CorrelatedMessage.safeParse(parseOrUndefined(body)).data?.detail ?? {};
  return correlationId;
};

/** Undefined for a body that is not JSON, which is no envelope. The error of `JSON.parse` would quote the message. */
const parseOrUndefined = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

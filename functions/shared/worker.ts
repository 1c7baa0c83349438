import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod/mini';
import type { Event, EventDefinition } from '#shared/events';
import type { World } from '#shared/runtime';

/** An event that a worker consumes, and what it does about it. */
export type Consumer = { readonly type: string; readonly take: (detail: unknown) => Promise<void> };

export const consumer = <D>(
  definition: EventDefinition<`${string}.v${number}`, D>,
  act: (event: Event<`${string}.v${number}`, D>) => Promise<void>,
): Consumer => ({ type: definition.type, take: (detail) => act(definition.schema.parse(detail)) });

const Envelope = z.object({ 'detail-type': z.string(), detail: z.unknown() });
/** Events from before there were correlation ids go by their own. */
const Caused = z.object({ detail: z.object({ id: z.string(), correlationId: z.optional(z.string()) }) });

/**
 * Takes events from a queue. Each message stands alone: one that fails is redelivered, and after its last receive lies in the
 * dead-letter queue, while the others of its batch are done. A message that is no event of ours fails, and is never dropped.
 */
export const workerFunction = (rt: World, consumers: readonly Consumer[]) => {
  const processor = new BatchProcessor(EventType.SQS, { logger: rt.logger });

  const take = async ({ body }: SQSRecord) => {
    const envelope = Envelope.parse(JSON.parse(body));
    const found = consumers.find(({ type }) => type === envelope['detail-type']);
    if (!found) throw new Error(`no consumer of ${envelope['detail-type']}`);
    await found.take(envelope.detail);
  };

  return middy<SQSEvent>({ timeoutEarlyInMillis: 0 })
    .use(injectLambdaContext(rt.logger, { resetKeys: true }))
    .handler((event, context) =>
      processPartialResponse(event, logged(rt, take), processor, { context, throwOnFullBatchFailure: false }),
    );
};

const logged = (rt: World, take: (record: SQSRecord) => Promise<void>) => (record: SQSRecord) =>
  rt.correlation.within(causeOf(record), async () => {
    const { messageId } = record;
    try {
      await take(record);
      rt.logger.info('message taken', { messageId });
    } catch (error) {
      rt.logger.error('message failed', { messageId, error: error as Error });
      throw error;
    }
  });

const causeOf = ({ body }: SQSRecord): string | undefined => {
  const { id, correlationId = id } = Caused.safeParse(parsed(body)).data?.detail ?? {};
  return correlationId;
};

/** Undefined for what is no JSON: whoever takes the message says so. */
const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

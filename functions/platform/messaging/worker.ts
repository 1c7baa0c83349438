import { BatchProcessor, EventType as EventSource, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod/mini';
import type { EventType } from '#platform/manifest';
import type { Event, EventDefinition } from '#platform/messaging/events';
import { failedMessages } from '#platform/messaging/failed-message';
import { parseBody } from '#platform/messaging/message-body';
import { lambdaHandler } from '#platform/runtime/handler';
import { PermanentError } from '#platform/runtime/permanent-error';
import type { Runtime } from '#platform/runtime/runtime';
import type { TenantScope } from '#platform/runtime/tenant-scope';
import { StringSchema } from '#platform/schemas';

/** An event type that a worker consumes, and what it does with each event: for the event's tenant and no other. */
export type Consumer = {
  readonly type: string;
  readonly handle: (detail: unknown, tenants: TenantScope) => Promise<void>;
};

export const consumer = <D, A extends string>(
  definition: EventDefinition<EventType, D, A>,
  handle: (event: Event<EventType, D, A>) => Promise<void>,
): Consumer => ({
  type: definition.type,
  handle: (detail, tenants) => {
    const event = definition.schema.parse(detail);
    return tenants.run(event.tenantId, () => handle(event));
  },
});

const Envelope = z.object({ 'detail-type': StringSchema, detail: z.unknown() });
/** An event without a correlation id is correlated by its own id. */
const CorrelatedMessage = z.object({ detail: z.object({ id: StringSchema, correlationId: z.optional(StringSchema) }) });

/**
 * Consumes events from a queue. Each message succeeds or fails alone. A message that can never be handled becomes a dead letter at once,
 * with its error; it is never dropped. One that fails for another reason, such as a call that is denied or times out, is received again
 * for four days, at growing intervals (ADR 84).
 */
export const workerFunction = (rt: Runtime<'queues'>, consumers: readonly Consumer[]) => {
  const processor = new BatchProcessor(EventSource.SQS, { logger: rt.logger });

  const handle = async ({ body }: SQSRecord) => {
    const message = parseBody(body);
    if (message === undefined) throw new PermanentError('the message is not JSON');
    const envelope = Envelope.parse(message);
    const found = consumers.find(({ type }) => type === envelope['detail-type']);
    if (!found) throw new PermanentError(`no consumer of ${envelope['detail-type']}`);
    await found.handle(envelope.detail, rt.tenants);
  };

  const handlerBy = (deadlineMs: number) => {
    const failed = failedMessages(rt, deadlineMs);
    return (record: SQSRecord) =>
      rt.correlation.run(correlationIdOf(record), async () => {
        try {
          await handle(record);
        } catch (error) {
          return failed.onFailed(record, error as Error);
        }
        await failed.onHandled(record);
        rt.logger.info('message processed', { messageId: record.messageId });
      });
  };

  return lambdaHandler<SQSEvent, SQSBatchResponse>(rt, (event, { context, deadlineMs }) =>
    // a batch has at most ten messages, which bounds the calls at a time
    processPartialResponse(event, handlerBy(deadlineMs), processor, { context, throwOnFullBatchFailure: false }),
  );
};

const correlationIdOf = ({ body }: SQSRecord): string | undefined => {
  const { id, correlationId = id } = CorrelatedMessage.safeParse(parseBody(body)).data?.detail ?? {};
  return correlationId;
};

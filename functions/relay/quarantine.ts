import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { queueVariable } from '#platform/manifest';
import type { Runtime } from '#platform/runtime/runtime';
import type { Unpublishable } from '#relay/stream-record';

/** Moves what can never be an event, with its content, to a queue for a person, so that it blocks nothing else (ADR 32). */
export const quarantine = async (rt: Runtime<'queues'>, { reason, content }: Unpublishable): Promise<void> => {
  const { correlationId } = content as { readonly correlationId?: string };
  const QueueUrl = rt.env(queueVariable('relay-unpublishable'));
  await rt.queues.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ reason, content }) }));
  rt.logger.error('an event cannot be published', { reason, correlationId });
};

import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Unpublishable } from '#relay/outbox';
import { queueVariable } from '#shared/manifest';
import type { Runtime } from '#shared/runtime';

/** Puts what will never be an event, with its content, where a person finds it, so that it keeps nothing else waiting. */
export const setAside = async (rt: Runtime<'queues'>, { reason, content }: Unpublishable): Promise<void> => {
  const { correlationId } = content as { readonly correlationId?: string };
  const QueueUrl = rt.env(queueVariable('relay-unpublishable'));
  await rt.queues.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ reason, content }) }));
  rt.logger.error('an event cannot be published', { reason, correlationId });
};

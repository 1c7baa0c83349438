import type { Message } from '@aws-sdk/client-sqs';
import type { SQSMessageAttributes } from 'aws-lambda';
import * as z from 'zod/mini';
import { maskEmails } from '#platform/mask-emails';
import { causeOf } from '#platform/runtime/permanent-error';
import { StringSchema } from '#platform/schemas';

/**
 * The message attributes of a dead letter. The body of the message never changes.
 *
 * - `error`: the name and the message of the error, without e-mail addresses.
 * - `cause`: a short name of why it failed. Dead letters of one cause are sent back together.
 * - `firstReceived`: ISO 8601; when the consumer received the message first, however often it has become a dead letter since. Of a message
 *   that the queue itself has moved, when it was sent.
 * - `redriven`: the version of the code in which `operations-redrive` has sent the message back.
 * - `canary`: only while the message is sent back as a canary; what the consumer reports with the outcome.
 */
export type DeadLetterAttributes = Readonly<Partial<Record<DeadLetterAttribute, string>>>;
export type DeadLetterAttribute = (typeof ATTRIBUTES)[number];
const ATTRIBUTES = ['error', 'cause', 'firstReceived', 'redriven', 'canary'] as const;

/** The cause of dead letters of which nobody has stored one: their function could not run, so the queue itself moved them. */
export const UNKNOWN_CAUSE = 'unknown';

/** What a consumer sends to the queue of canaries. */
export const CanaryOutcome = z.object({ canary: StringSchema, outcome: z.enum(['handled', 'failed']) });
export type CanaryOutcome = z.infer<typeof CanaryOutcome>;

/** The attributes of a received message, as Lambda passes them. */
export const attributesOf = (attributes: SQSMessageAttributes): DeadLetterAttributes =>
  Object.fromEntries(
    ATTRIBUTES.flatMap((name) => {
      const value = attributes[name]?.stringValue;
      return value ? [[name, value]] : [];
    }),
  );

/** Attributes as SQS takes them. */
export const toMessageAttributes = (attributes: DeadLetterAttributes) =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }] as const),
  );

/** The attributes with which a received dead letter is sent back: those that it has, as no canary, and always with `firstReceived`. */
export const attributesToSendBack = ({ Attributes, MessageAttributes = {} }: Message) => {
  const { canary: _, ...attributes } = MessageAttributes;
  const sentAt = new Date(Number(Attributes?.['SentTimestamp'])).toISOString();
  return { ...toMessageAttributes({ firstReceived: sentAt }), ...attributes };
};

const MAX_ERROR_LENGTH = 1_000;
/** SQS refuses a message that contains one of these. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is searched for
const FORBIDDEN_CHARACTERS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const describeError = (error: unknown): string =>
  maskEmails(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
    .slice(0, MAX_ERROR_LENGTH)
    .replaceAll(FORBIDDEN_CHARACTERS, ' ')
    .toWellFormed();

type Failure = {
  readonly error: unknown;
  /** What the message has now. */
  readonly attributes: DeadLetterAttributes;
  readonly firstReceivedMs: number;
  /** Of a canary whose failure says nothing about its cause. */
  readonly keepsCause: boolean;
};

/** The attributes of a message that becomes a dead letter. */
export const deadLetterAttributes = ({ error, attributes, firstReceivedMs, keepsCause }: Failure) => {
  const { cause, firstReceived = new Date(firstReceivedMs).toISOString(), redriven } = attributes;
  return {
    error: describeError(error),
    cause: (keepsCause && cause) || causeOf(error),
    firstReceived,
    ...(redriven !== undefined && { redriven }),
  } satisfies DeadLetterAttributes;
};

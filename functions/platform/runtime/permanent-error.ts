import { createHash } from 'node:crypto';
import { $ZodError } from 'zod/v4/core';
import { maskEmails } from '#platform/mask-emails';
import { InvalidItem } from '#platform/table/parse-item';

/** An error that repeats however often the work is repeated, until the code changes. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
}

const MAX_MESSAGE_LENGTH = 120;

/** Refusals of AWS that only look as if they repeated: they pass once an index is built, or a sender or an account may send. */
const PASSING_MESSAGE = /backfilling|have the specified index|not verified|suspended|paused/;

/**
 * What is refused in the same way each time, by name, because each SDK client has classes of its own: by the table's guard, by several
 * services, by Step Functions, by SQS, and by SES for a mail or an address that it never takes.
 */
const PERMANENT_NAMES = [
  'PermanentError',
  'ForeignKey',
  'ValidationException',
  'SerializationException',
  'InvalidExecutionInput',
  'InvalidName',
  'InvalidMessageContents',
  'MessageRejected',
  'BadRequestException',
];
/** The same, of one part of a transaction. */
const PERMANENT_REASONS = ['ValidationError', 'ItemCollectionSizeLimitExceeded'];

const isRefusal = (names: readonly string[], name: string, message: string): boolean =>
  names.includes(name) && !PASSING_MESSAGE.test(message);

/** The errors of the DynamoDB marshaller have no class. Their texts are those of its exact version, which a test throws each of. */
const MARSHALLER_ERRORS: readonly (readonly [text: RegExp, meaning: string])[] = [
  [/^Unsupported type passed: /, 'a value of a type that the table cannot store'],
  [/^No value defined: /, 'a stored value without a type'],
  [/^Pass options\.removeUndefinedValues=true /, 'an undefined value'],
  [/^Pass a non-empty set/, 'an empty set'],
  [/^Only Number Set \(NS\), Binary Set/, 'a set of a type that the table cannot store'],
  [/^Special numeric value /, 'a number that is not finite'],
  [/ Use NumberValue from @aws-sdk\/lib-dynamodb\.$/, 'a number that is too large to be exact'],
  [/ Set options\.wrapNumbers to get string value\.$/, 'a stored number that is too large to be exact'],
  [/^NumberValue should not be initialized with an imprecise number/, 'a number that is not exact'],
];

/** The message without what may be data: quoted text, e-mail addresses, and ids and numbers of more than three digits. */
const withoutData = (message: string): string =>
  maskEmails(message)
    .replaceAll(/"[^"]*"|'[^']*'|`[^`]*`/g, '…')
    .replaceAll(/[\w-]*\d{4,}[\w-]*/g, '…')
    .slice(0, MAX_MESSAGE_LENGTH);

type Thrown = {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly CancellationReasons?: readonly { readonly Code?: string; readonly Message?: string }[];
};

/**
 * Names an error that repeats identically however often its work is repeated, by its class and a short message without data; undefined
 * for any other. Such an error has an input or a stored item of no known form, or AWS or the marshaller refuses what the code sends.
 * Every other error may pass, because it fails all work alike: a call that is denied, throttled or times out, and a fault of the code
 * (ADR 84).
 */
export const describePermanentError = (error: unknown): string | undefined => {
  if (error instanceof $ZodError)
    return `ZodError: ${error.issues
      .map(({ path, code }) => `${withoutData(path.join('.'))}: ${code}`)
      .join('; ')
      .slice(0, MAX_MESSAGE_LENGTH)}`;
  if (!(error instanceof Error)) return undefined;
  if (error instanceof InvalidItem) return `InvalidItem: ${withoutData(error.issues)}`;
  const { name, message, CancellationReasons = [] } = error as Error & Thrown;
  if (isRefusal(PERMANENT_NAMES, name, message)) return `${name}: ${withoutData(message)}`;
  const reason = CancellationReasons.find(({ Code = '', Message = '' }) => isRefusal(PERMANENT_REASONS, Code, Message));
  if (reason) return `${name}: ${reason.Code}: ${withoutData(reason.Message ?? '')}`;
  const [, meaning] = MARSHALLER_ERRORS.find(([text]) => name === 'Error' && text.test(message)) ?? [];
  return meaning && `MarshallerError: ${meaning}`;
};

/** Whether the error repeats identically: then no repetition helps, and a person or another version of the code must. */
export const isPermanent = (error: unknown): boolean => describePermanentError(error) !== undefined;

const EVENT_TYPE = /^[A-Z]\w*\.v\d+$/;
const TOKEN = /[^\s"'`,;:()[\]{}]+/g;

/** Replaces what differs between two messages of one cause: ids, keys, numbers and addresses. */
const withoutIds = (message: string): string =>
  maskEmails(message).replaceAll(TOKEN, (token) => (/[\d#@]/.test(token) && !EVENT_TYPE.test(token) ? '*' : token));

const DIGEST_LENGTH = 8;

/**
 * A short name of why something failed: the error's name and a digest of its message without ids. Two errors of one cause have the
 * same, whichever version of the code threw them.
 */
export const causeOf = (error: unknown): string => {
  const { name, message } = (typeof error === 'object' && error !== null ? error : { message: error }) as Thrown;
  const text = withoutIds(String(message));
  const digest = createHash('sha256').update(text).digest('hex').slice(0, DIGEST_LENGTH);
  return `${(typeof name === 'string' && name.replaceAll(/\W/g, '')) || 'unknown'}-${digest}`;
};

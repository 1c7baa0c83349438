import { createHash } from 'node:crypto';
import { $ZodError } from 'zod/v4/core';
import { maskEmails } from '#platform/mask-emails';

/** An error that repeats however often the work is repeated, until the code changes. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
}

/** By name, because each SDK client has classes of its own. The last two are validation errors of Step Functions. */
const PERMANENT_NAMES: readonly unknown[] = [
  ...['PermanentError', 'ValidationException', 'SerializationException'],
  ...['InvalidExecutionInput', 'InvalidName'],
];

/** Of `@aws-sdk/util-dynamodb`, which throws plain errors. A test provokes each. */
const MARSHALLER_MESSAGES = [
  /^Pass (options\.removeUndefinedValues|a non-empty set)/,
  /^Unsupported type passed: /,
  /^Only Number Set \(NS\)/,
  /^Special numeric value /,
  /Use NumberValue from @aws-sdk\/lib-dynamodb\.$/,
];

type Thrown = {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly CancellationReasons?: readonly { readonly Code?: string }[];
};

const isMarshallerError = ({ message }: Thrown): boolean =>
  MARSHALLER_MESSAGES.some((form) => typeof message === 'string' && form.test(message));

/** A part of a transaction is invalid, so the transaction is cancelled each time. */
const isInvalidTransaction = ({ name, CancellationReasons = [] }: Thrown): boolean =>
  name === 'TransactionCanceledException' && CancellationReasons.some(({ Code }) => Code === 'ValidationError');

/**
 * Whether the error repeats however often the work is repeated: the input has no known form, or AWS or the marshaller refuses what the
 * code sends for it. Every other error may pass, because it fails all work alike: a call that is denied, throttled or times out, and a
 * fault of the code (ADR 84).
 */
export const isPermanent = (error: unknown): boolean => {
  if (error instanceof $ZodError) return true;
  if (!(error instanceof Error)) return false;
  const thrown = error as Thrown;
  return PERMANENT_NAMES.includes(thrown.name) || isMarshallerError(thrown) || isInvalidTransaction(thrown);
};

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

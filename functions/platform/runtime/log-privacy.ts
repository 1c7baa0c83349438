import { maskEmails } from '#platform/mask-emails';

/**
 * Replaces e-mail addresses in the keys and values of a log line, as `JSON.stringify` writes it. It is the last guard: code does not
 * log addresses, but services and parsers quote them in their errors.
 */
export const maskingReplacer = (_: string, value: unknown): unknown => {
  if (typeof value === 'string') return maskEmails(value);
  const isRecord = (value as object | null | undefined)?.constructor === Object;
  return isRecord
    ? Object.fromEntries(Object.entries(value as object).map(([key, entry]) => [maskEmails(key), entry]))
    : value;
};

/** Masks an error that leaves its function, with its causes: Lambda logs it, and Step Functions keeps it. Returns the same error. */
export const withoutEmails = (thrown: unknown): unknown => {
  let error = thrown;
  for (let depth = 0; depth < 9 && error instanceof Error; depth += 1) {
    error.message = maskEmails(error.message);
    if (error.stack) error.stack = maskEmails(error.stack);
    error = error.cause;
  }
  return thrown;
};

import { maskEmails } from '#platform/mask-emails';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Error);

/**
 * Replaces e-mail addresses in the keys and values of a log line, as `JSON.stringify` writes it. It is the last guard: code does not
 * log addresses, but services and parsers quote them in their errors.
 */
export const maskingReplacer = (_: string, value: unknown): unknown => {
  if (typeof value === 'string') return maskEmails(value);
  if (!isRecord(value) || !Object.keys(value).some((key) => maskEmails(key) !== key)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [maskEmails(key), entry]));
};

/** Masks an error that leaves its function, with its causes: Lambda logs it, and Step Functions keeps it. Returns the same error. */
export const withoutEmails = (thrown: unknown): unknown => {
  const seen = new Set<unknown>();
  for (let error = thrown; error instanceof Error && !seen.has(error); error = error.cause) {
    seen.add(error);
    error.message = maskEmails(error.message);
    if (error.stack) error.stack = maskEmails(error.stack);
  }
  return thrown;
};

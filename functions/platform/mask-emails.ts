// Apart from email.ts, because every function logs and few parse addresses.
const SEPARATOR = '(?:@|%40)';
const WORD = '[\\p{L}\\p{M}\\p{N}-]+';
/** Addresses in a text, also within JSON. It finds more than addresses rather than fewer, but no version after an @ in a path. */
const ADDRESSES = new RegExp(
  `(?:"[^\\n]{0,66}"|[^\\s"\\\\<>()[\\],;:@]{1,64})${SEPARATOR}${WORD}(?:\\.${WORD})*\\.(?!\\d+(?:[^\\p{L}\\p{M}\\p{N}-]|$))${WORD}`,
  'gu',
);

/** The text with every e-mail address replaced by `[e-mail]`. */
export const maskEmails = (text: string): string => (/@|%40/.test(text) ? text.replace(ADDRESSES, '[e-mail]') : text);

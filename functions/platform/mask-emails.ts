// Apart from email.ts, because every function logs and few parse addresses.
/** Addresses in a text, also within JSON. It finds more than addresses rather than fewer, but no version after an @ in a path. */
const ADDRESSES =
  /(?:"[^\n]{0,66}"|[^\s"\\<>()[\],;:@]{1,64})(?:@|%40)(?:[\p{L}\p{M}\p{N}-]+\.)+(?!\d+(?:[^\p{L}\p{M}\p{N}-]|$))[\p{L}\p{M}\p{N}-]+/gu;

/** The text with every e-mail address replaced by `[e-mail]`. */
export const maskEmails = (text: string): string => text.replace(ADDRESSES, '[e-mail]');

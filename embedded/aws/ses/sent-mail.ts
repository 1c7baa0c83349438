/** A mail that SES has accepted. */
export type SentMail = {
  readonly id: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly configurationSet: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly sentAtMs: number;
};

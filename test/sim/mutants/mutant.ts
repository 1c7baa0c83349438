/** A deliberate bug: a small patch of the product, as a developer might write it by mistake. */
export type Mutant = {
  readonly name: string;
  /** What the bug does, for people. */
  readonly bug: string;
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly from: string;
  readonly to: string;
};

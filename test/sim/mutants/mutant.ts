/** A bug as somebody might write it: a small patch of the product, each `from` exactly once in its file. */
export type Mutant = {
  readonly name: string;
  /** What is wrong, for people. */
  readonly bug: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
};

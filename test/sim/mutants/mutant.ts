type Change = {
  /** Occurs exactly once in the file. */
  readonly from: string;
  readonly to: string;
};
/** A deliberate bug: a small patch of the product, as a developer might write it by mistake. */
export type Mutant = Change & {
  readonly name: string;
  /** What the bug does, for people. */
  readonly bug: string;
  readonly file: string;
  /** Further changes of the same file. */
  readonly also?: readonly Change[];
  /** It uses keys of another tenant, which the guard of the table refuses: the simulator must find it with the guard off. */
  readonly usesForeignKeys?: true;
};

/** Seeds that broke an invariant once, each with the bug that it found; a mutant plants that bug again. */
export const regressions: readonly { readonly seed: number; readonly was: string }[] = [
  { seed: 112, was: 'stock in several shards was counted at a single look, between two orders: count-at-one-look' },
];

import type { BaseRuntime } from '#platform/runtime/runtime';

/** Picks a random index below `count`. */
export const randomIndex =
  ({ random }: Pick<BaseRuntime, 'random'>) =>
  (count: number): number =>
    Math.floor(random() * count);

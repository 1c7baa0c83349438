import type { FunctionId, Manifest, NamedFunction } from '#platform/manifest';
import { functionsOf } from '#platform/manifest';
import { type StandstillMode, standstillModes } from './outages.ts';

/** One case of the matrix: which functions make no progress, how, and for how long. */
export type Cell = {
  readonly functions: readonly FunctionId[];
  readonly mode: StandstillMode;
  readonly minutes: number;
};

/** The last two are before and at the age at which the stream gives its records up. */
export const DURATIONS_MINUTES = [5, 60, 23 * 60, 24 * 60] as const;

/** The functions that work without being called: consumers of queues, readers of the stream, and schedules. */
export const workersOf = (manifests: readonly Manifest[]): readonly NamedFunction[] =>
  functionsOf(...manifests).filter(({ spec }) => spec.consumes || spec.streams || spec.everyMinutes !== undefined);

/** Every worker alone and the workers of core contexts in pairs, in each mode and for each duration. */
export const cellsOf = (manifests: readonly Manifest[]): readonly Cell[] => {
  const singles = workersOf(manifests).map(({ id }) => [id]);
  const core = workersOf(manifests.filter((manifest) => manifest.core)).map(({ id }) => id);
  const pairs = core.flatMap((first, n) => core.slice(n + 1).map((second) => [first, second]));
  return [...singles, ...pairs].flatMap((functions) =>
    standstillModes.flatMap((mode) => DURATIONS_MINUTES.map((minutes) => ({ functions, mode, minutes }))),
  );
};

export const cellName = ({ functions, mode, minutes }: Cell): string =>
  `${functions.join(' and ')} ${mode} for ${minutes} min`;

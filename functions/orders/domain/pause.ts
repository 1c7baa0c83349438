import { addMs, type Instant } from '#platform/kernel';

/** An interval in which no deadline passes and no unpaid order gives way. Without `until` it has not ended. */
export type Pause = { readonly from: Instant; readonly until?: Instant | undefined; readonly reason: string };

type Interval = { readonly from: Instant; readonly to: Instant };

/** How many milliseconds of the interval lie within a pause. Pauses that overlap count once. */
export const pausedMs = (pauses: readonly Pause[], { from, to }: Interval): number => {
  let counted = Date.parse(from);
  const end = Date.parse(to);
  let sum = 0;
  for (const pause of pauses.toSorted((a, b) => Date.parse(a.from) - Date.parse(b.from))) {
    const start = Math.max(counted, Date.parse(pause.from));
    const stop = Math.min(end, Date.parse(pause.until ?? to));
    if (stop <= start) continue;
    sum += stop - start;
    counted = stop;
  }
  return sum;
};

/** A deadline with every pause since `since` added to it, as far as the pauses are known at `at`. */
export const extendedDeadline = (
  { deadline, since }: { readonly deadline: Instant; readonly since: Instant },
  pauses: readonly Pause[],
  at: Instant,
): Instant => addMs(deadline, pausedMs(pauses, { from: since, to: at }));

/** Whether a pause lasts at this moment. */
export const isPaused = (pauses: readonly Pause[], at: Instant): boolean =>
  pauses.some(({ from, until }) => from <= at && (until === undefined || at < until));

/** Starts a pause; undefined where one has not ended. Pauses that ended before `forgetBefore` are left out. */
export const startPause = (
  pauses: readonly Pause[],
  { at, reason, forgetBefore }: { readonly at: Instant; readonly reason: string; readonly forgetBefore: Instant },
): readonly Pause[] | undefined => {
  if (pauses.some(({ until }) => until === undefined)) return undefined;
  return [...pauses.filter(({ until }) => until !== undefined && until >= forgetBefore), { from: at, reason }];
};

/** Ends the pause; undefined where none has started. */
export const endPause = (pauses: readonly Pause[], at: Instant): readonly Pause[] | undefined => {
  if (!pauses.some(({ until }) => until === undefined)) return undefined;
  return pauses.map((pause) => (pause.until === undefined ? { ...pause, until: at } : pause));
};

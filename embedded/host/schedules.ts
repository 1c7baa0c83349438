import type { NamedFunction } from '#platform/manifest';
import { startSchedule } from '../aws/lambda/schedule.ts';
import type { Clock } from '../aws/service.ts';
import type { Invoker } from './invocation.ts';

type Options = {
  readonly functions: readonly NamedFunction[];
  readonly clock: Clock;
  readonly invoke: Invoker['invokeAndLog'];
  /** Computes the interval from the minutes of the manifest. */
  readonly intervalMs: (minutes: number) => number;
};

/** Starts the schedule of every scheduled function. The returned function stops them. */
export const startSchedules = ({ functions, clock, invoke, intervalMs }: Options): (() => void) => {
  const stops = functions.flatMap(({ id, spec }) =>
    spec.everyMinutes ? [startSchedule(clock, intervalMs(spec.everyMinutes), () => invoke(id, {}))] : [],
  );
  return () => {
    for (const stop of stops) stop();
  };
};

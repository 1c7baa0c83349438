import { entries } from 'virtual:backend';
import { contexts } from '#contexts';
import { functionsOf } from '#platform/manifest';
import { defaultTimes } from '#platform/runtime/times';
import { toAsl } from '#platform/saga/definition';
import { systemClock } from '../../embedded/aws/clock.ts';
import type { Clock } from '../../embedded/aws/service.ts';
import type { LoadEntries } from '../../embedded/host/functions.ts';
import { secrets } from './world.ts';

const MINUTE = 60_000;

/** Deadlines that a seed lives to see. */
export const times = { ...defaultTimes, paymentDeadlineMs: 20 * MINUTE, parkAfterMs: 45 * MINUTE };

export const consumers = functionsOf(...contexts)
  .filter(({ spec }) => spec.consumes)
  .map(({ id }) => id);
/** Every saga as Amazon States Language, by name. */
export const definitions = Object.fromEntries(
  contexts.flatMap(({ workflows = {} }) =>
    Object.entries(workflows).map(([id, saga]) => [id, JSON.stringify(toAsl(saga))] as const),
  ),
);
const loadEntries: LoadEntries = async (file) => entries[file] ?? {};

/** The machine's, which passes as the simulation says, and without its turns: how long it is since the last one nothing repeats. */
const clock: Clock = { now: systemClock.now, after: systemClock.after };

/** What every simulated host is made with. */
export const backend = {
  ...{ contexts, secrets, loadEntries, times, clock },
  // a message is dead within a minute instead of five, so that nights see what becomes of it
  visibilityTimeoutMs: (timeoutMs: number) => timeoutMs,
};

/** On the simulated clock, as everything is. */
export const sleep = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));

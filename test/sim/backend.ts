import { entries, texts } from 'virtual:backend';
import { manifests } from '#manifests';
import { type FunctionSpec, functionId } from '#shared/manifest';
import { usualTimes } from '#shared/times';
import { machineClock } from '../../embedded/clock.ts';
import type { Clock } from '../../embedded/service.ts';
import { secrets } from './world.ts';

const MINUTE = 60_000;

/** Deadlines that a seed lives to see. */
export const times = { ...usualTimes, paymentDeadlineMs: 20 * MINUTE, parkAfterMs: 45 * MINUTE };

const specs = manifests.flatMap(({ context, functions }) =>
  Object.entries<FunctionSpec>(functions).map(([name, spec]) => ({ id: functionId(context, name), spec })),
);
export const consumers = specs.filter(({ spec }) => spec.consumes).map(({ id }) => id);
export const definitions = Object.fromEntries(
  manifests.flatMap(({ workflows = {} }) =>
    Object.entries(workflows).map(([id, { definition }]) => [id, texts[definition] ?? '']),
  ),
);
const sources = {
  load: async (entry: string) => entries[entry] as NonNullable<(typeof entries)[string]>,
  read: (path: string) => texts[path] ?? '',
};

/** The machine's, which passes as the simulation says, and without its turns: how long it is since the last one nothing repeats. */
const clock: Clock = { now: machineClock.now, after: machineClock.after };

/** What every simulated host is made with. */
export const backend = {
  ...{ manifests, secrets, sources, times, clock },
  // a message is dead within a minute instead of five, so that nights see what becomes of it
  visibilityMs: (timeoutMs: number) => timeoutMs,
};

/** On the simulated clock, as everything is. */
export const sleep = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));

import { entries } from 'virtual:backend';
import { contexts } from '#contexts';
import type { EventType, FunctionId } from '#platform/manifest';
import { defaultTimes } from '#platform/runtime/times';
import { toAsl } from '#platform/saga/definition';
import { systemClock } from '../../embedded/aws/clock.ts';
import type { Clock } from '../../embedded/aws/service.ts';
import type { LoadEntries } from '../../embedded/host/functions.ts';
import { secrets } from '../fixtures/secrets.ts';
import { workersOf } from './cells.ts';

const MINUTE = 60_000;

/** Deadlines short enough to pass during a run, a limit low enough to be reached, and lists in several shards. */
export const times = {
  ...defaultTimes,
  ...{ paymentDeadlineMs: 20 * MINUTE, parkAfterMs: 45 * MINUTE, maxMailsPerMailbox: 3 },
  listShards: { default: 3, tenants: {} },
};

export const workers = workersOf(contexts);
/** The workers with a queue. */
export const consumers = workers.filter(({ spec }) => spec.consumes).map(({ id }) => id);
/** The workers that read the stream. */
export const streamReaders = workers.filter(({ spec }) => spec.streams).map(({ id }) => id);
/** The first event type that a consumer consumes. */
export const consumedTypeOf = (fn: FunctionId): EventType => {
  const type = workers.find(({ id }) => id === fn)?.spec.consumes?.[0];
  if (!type) throw new Error(`${fn} consumes nothing`);
  return type;
};
/** Every saga as Amazon States Language, by name. */
export const definitions = Object.fromEntries(
  contexts.flatMap(({ workflows = {} }) =>
    Object.entries(workflows).map(([id, saga]) => [id, JSON.stringify(toAsl(saga))] as const),
  ),
);
const loadEntries: LoadEntries = async (file) => entries[file] ?? {};

/** The system clock without its yields, which depend on real time and would not repeat. */
const clock: Clock = { now: systemClock.now, setTimer: systemClock.setTimer };

/** The backend as it is deployed, in virtual time. */
export const deployedBackend = { contexts, secrets, loadEntries, clock };

/** The options of every simulated host. */
export const backend = {
  ...{ ...deployedBackend, times },
  // the messages of an invocation that crashed return soon, so that runs include what follows
  visibilityTimeoutMs: (timeoutMs: number) => timeoutMs,
};

/** Sleeps on the simulated clock. */
export const sleep = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));

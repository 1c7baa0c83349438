import { contexts } from '#contexts';
import { type FunctionId, type FunctionSpec, functionId } from '#platform/manifest';
import { host, queueNames } from '../acceptance/host.ts';
import type { Killed, Kills } from '../acceptance/kills.ts';

const ODDS = 0.07;
/** Of a worker, which handles many events at once and so is seldom invoked. */
const WORKER_ODDS = 0.2;
/** A sweep that dies keeps others out for longer than a host elsewhere has time. */
const SPARED = ['orders-sweep'];
const REQUEST_MS = 5_000;

const functions = contexts.flatMap(({ context, functions }) =>
  Object.entries<FunctionSpec>(functions).map(([name, spec]) => ({ id: functionId(context, name), spec })),
);
/** What takes events from a queue. */
export const workers = functions.filter(({ spec }) => spec.consumes).map(({ id }) => id);

const ask = async (kills: Kills): Promise<Killed['killed']> => {
  const response = await fetch(host.faults.killsUrl, {
    method: 'PUT',
    body: JSON.stringify(kills),
    signal: AbortSignal.timeout(REQUEST_MS),
  });
  if (!response.ok) throw new Error(`${host.faults.killsUrl} answers ${response.status}`);
  return ((await response.json()) as Killed).killed;
};

/** From now on each function is killed now and then, and the doomed one whenever it is invoked. */
export const beginKills = (seed: number, doomed: FunctionId) => {
  const oddsOf = (id: FunctionId) => (workers.includes(id) ? WORKER_ODDS : ODDS);
  const victims = functions.map(({ id }) => id).filter((id) => !SPARED.includes(id));
  const odds = victims.map((id) => [queueNames.fn(id), id === doomed ? 1 : oddsOf(id)] as const);
  return ask({ seed, odds: Object.fromEntries(odds) });
};

/** How often each function was killed since it began, by its name. */
export const endKills = () => ask({ seed: 0, odds: {} });

import { contexts } from '#contexts';
import { type FunctionId, type FunctionSpec, functionId } from '#platform/manifest';
import { host, queueNames } from '../acceptance/host.ts';
import type { KillRequest, KillResponse } from '../acceptance/kills.ts';

const KILL_ODDS = 0.07;
/** Workers handle events in batches, so they are invoked less often than other functions. */
const WORKER_KILL_ODDS = 0.2;
/** A sweep that dies keeps its lease, and the run has no time to wait until the lease expires. */
const SPARED = ['orders-sweep'];

const functions = contexts.flatMap(({ context, functions }) =>
  Object.entries<FunctionSpec>(functions).map(([name, spec]) => ({ id: functionId(context, name), spec })),
);
/** Functions that consume events from a queue. */
export const workers = functions.filter(({ spec }) => spec.consumes).map(({ id }) => id);

const sendKillRequest = async (request?: KillRequest): Promise<KillResponse['killed']> => {
  const response = await fetch(host.faults.killsUrl, {
    ...(request && { method: 'PUT', body: JSON.stringify(request) }),
    signal: AbortSignal.timeout(host.limits.answerMs),
  });
  if (!response.ok) throw new Error(`${host.faults.killsUrl} answers ${response.status}`);
  return ((await response.json()) as KillResponse).killed;
};

/** From now on, some invocations of each function are killed, and every invocation of the doomed worker. */
export const startKilling = (seed: number, doomedWorker: FunctionId) => {
  const oddsOf = (id: FunctionId) => (workers.includes(id) ? WORKER_KILL_ODDS : KILL_ODDS);
  const victims = functions.map(({ id }) => id).filter((id) => !SPARED.includes(id));
  const odds = victims.map((id) => [queueNames.fn(id), id === doomedWorker ? 1 : oddsOf(id)] as const);
  return sendKillRequest({ seed, odds: Object.fromEntries(odds) });
};

/** Resolves to the number of killed invocations since the start, by the function's deployed name. */
export const countKills = () => sendKillRequest();
/** The same, for the last time. */
export const stopKilling = () => sendKillRequest({ seed: 0, odds: {} });

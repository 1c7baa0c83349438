import { createHost, type Host } from '../../../embedded/host/host.ts';
import { deployedBackend, sleep } from '../backend.ts';
import { chanceOf } from '../chance.ts';
import { createClient } from '../client.ts';
import { drive } from '../drive.ts';
import { createFaults } from '../faults.ts';
import { createMessageLedger } from '../messages.ts';
import { createNetwork } from '../network.ts';
import { createOutages } from '../outages.ts';
import { runtime } from '../runtime.ts';
import type { IncidentName, IncidentResult } from './incident.ts';
import { createLevers } from './levers.ts';
import { createOrderWatch } from './order-watch.ts';
import { runIncident } from './run-incident.ts';

/** Determines the latencies. */
const SEED = 1;
const TRANSACTION_LATENCY_MS = 5;
/** The largest incident takes a tenth of it. */
const MAX_STEPS = 20_000_000;

/** An incident has levers of its own. */
const NO_OUTAGES = createOutages({
  consumers: [],
  streamReaders: [],
  pauseConsumer: () => {},
  resumeConsumer: () => {},
});

export type IncidentJob = { readonly incident: IncidentName; readonly load: number };

/** Plays the incident in virtual time, over a network with latencies and without faults of its own. */
export const playIncident = async ({ incident, load }: IncidentJob): Promise<IncidentResult> => {
  runtime.reset(SEED);
  const network = createNetwork({
    ...{ sleep, chance: chanceOf(SEED, 'network'), faults: createFaults(SEED, runtime.now, { faults: [] }) },
    ...{ tenantsOf: () => undefined, crashFunction: () => {} },
    ...{ outages: NO_OUTAGES, messages: createMessageLedger() },
    ...{ onCall: () => {}, onProviderRequest: () => {}, onForeignKeys: () => {} },
  });
  const levers = createLevers(network);
  const watch = createOrderWatch(Date.now);
  const host: Host = createHost({
    ...{ ...deployedBackend, interceptors: levers.interceptors, onTableChange: watch.onTableChange },
    transactionLatencyMs: () => TRANSACTION_LATENCY_MS,
    pointInTimeRecovery: true,
  });
  const { request } = host;
  const send = createClient({ request, chance: chanceOf(SEED, 'clients'), sleep, step: runtime.steps });
  const run = runIncident({ incident, load, host, levers, watch, send, sleep, now: Date.now });
  const { result, steps } = await drive(run, { maxSteps: MAX_STEPS });
  host.close();
  if (!result) throw new Error(`${incident} did not end within ${steps} steps`);
  if ('error' in result) throw result.error;
  return result.value;
};

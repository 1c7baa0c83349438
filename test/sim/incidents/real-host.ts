import { contexts } from '#contexts';
import { createHost, type Host } from '../../../embedded/host/host.ts';
import { listen } from '../../../embedded/host/server.ts';
import { secrets } from '../../fixtures/secrets.ts';
import { chanceOf } from '../chance.ts';
import { createClient } from '../client.ts';
import type { IncidentResult } from './incident.ts';
import { createLevers } from './levers.ts';
import { createOrderWatch } from './order-watch.ts';
import type { IncidentJob } from './play.ts';
import { runIncident } from './run-incident.ts';

const REQUEST_TIMEOUT_MS = 30_000;

export type HostMessage = { readonly phase: string } | { readonly result: IncidentResult } | { readonly error: string };

/** Sends requests over HTTP. A connection that fails is a response of 599, which the client repeats. */
const requestsTo =
  (origin: string): Host['request'] =>
  async ({ method, target, headers, body }) => {
    try {
      const response = await fetch(`${origin}${target}`, {
        method,
        headers: [
          ...headers.map(([name, value]): [string, string] => [name, value]),
          ['content-type', 'application/json'],
        ],
        ...(method !== 'GET' && { body: body as string }),
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: await response.text(),
      };
    } catch (error) {
      console.error(`${method} ${target}: ${(error as Error).message}`);
      return { status: 599, headers: {}, body: '{}' };
    }
  };

const sleep = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));

/** Starts a host as `npm start` does, with the incident's levers, and stages the incident as its clients and operator. */
const play = async ({ incident, load, port }: IncidentJob & { readonly port: number }): Promise<IncidentResult> => {
  const server = await listen(port);
  const { origin } = server;
  const levers = createLevers();
  const watch = createOrderWatch(Date.now);
  const host = createHost({
    ...{ contexts, origin, secrets, interceptors: levers.interceptors, onTableChange: watch.onTableChange },
    pointInTimeRecovery: true,
  });
  await host.loadFunctions();
  server.serve(host);
  try {
    const send = createClient({ request: requestsTo(origin), chance: chanceOf(1, 'clients'), sleep, step: () => 0 });
    const onPhase = (phase: string) => process.send?.({ phase } satisfies HostMessage);
    return await runIncident({ incident, load, host, levers, watch, send, sleep, now: Date.now, onPhase });
  } finally {
    await server.close();
    host.close();
  }
};

process.once('message', (job: IncidentJob & { readonly port: number }) => {
  play(job).then(
    (result) => process.send?.({ result } satisfies HostMessage),
    (error: Error) => process.send?.({ error: error.stack ?? error.message } satisfies HostMessage),
  );
});
process.on('disconnect', () => process.exit());

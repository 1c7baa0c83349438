import { parentPort, workerData } from 'node:worker_threads';
import { createShop } from '../shop.ts';
import type { LoadCommand, LoadInput, LoadReport } from './load-driver.ts';
import { loads, type NeighbourLoad } from './loads.ts';

/** Concurrent clients of the tenant. Each sends the next request once the last one is answered. */
const CLIENTS = 10;
/** The load ends by itself after this time, whatever becomes of the bench. */
const MAX_LOAD_MS = 60_000;

const port = parentPort;
if (!port) throw new Error('a load runs in a worker');
const { name, origin, apiKey, durationMs }: LoadInput = workerData;
const { prepare, send, maxRequests = Number.POSITIVE_INFINITY }: NeighbourLoad = loads[name];
const target = { shop: createShop({ origin, apiKey }), origin };
const report = (message: LoadReport) => port.postMessage(message);

const run = async () => {
  const responses: Record<string, number> = {};
  const endsAt = performance.now() + Math.min(durationMs, MAX_LOAD_MS);
  let next = 0;
  const runClient = async () => {
    while (performance.now() < endsAt && next < maxRequests) {
      const n = next++;
      // a refusal of the host, such as 429 or a closed connection, is a part of the load
      const outcome = await send(target, n).then(String, () => 'no response');
      responses[outcome] = (responses[outcome] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, runClient));
  report({ kind: 'ended', responses });
};

port.once('message', (command: LoadCommand) => {
  if (command === 'start') void run().finally(() => port.close());
});
await prepare?.(target);
report({ kind: 'prepared' });

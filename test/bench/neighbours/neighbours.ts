import { setTimeout as sleep } from 'node:timers/promises';
import { connectAwsEndpoint } from '../aws-endpoint.ts';
import { hostBudgets } from '../budgets.ts';
import { type Server, startServer } from '../server.ts';
import { createShop, openShop, type Shop } from '../shop.ts';
import { startLoadDriver } from './load-driver.ts';
import type { LoadName } from './loads.ts';
import { type Probe, probeTenant } from './probe.ts';

/** What tenant B experiences alone and beside tenant A's load, on one host. */
export type Neighbour = {
  readonly load: LoadName;
  readonly alone: Probe;
  readonly beside: Probe;
  /** The host's responses to tenant A, by status. */
  readonly responses: Readonly<Record<string, number>>;
};

const WARM_UP_MS = 3_000;
const QUEUE_TIMEOUT_MS = 60_000;
const QUEUE_POLL_MS = 250;
/** Before the measurement begins, the load has passed its start. */
const LOAD_LEAD_MS = 1_000;

/** The 95th percentile of the time to confirmed that B may have beside this load. */
export const allowedP95Ms = ({ load, alone }: Pick<Neighbour, 'load' | 'alone'>): number => {
  const { factor, extraMs } = load === 'slow-charges' ? hostBudgets.besideSlowCharges : hostBudgets.besideNeighbour;
  return alone.confirmed.p95Ms * factor + extraMs;
};

export const isWithinBudget = ({ load, alone, beside }: Omit<Neighbour, 'responses'>): boolean =>
  beside.unconfirmed === 0 && beside.confirmed.p95Ms <= allowedP95Ms({ load, alone });

/** A second tenant with a shop of its own; the first is the demo tenant. */
const openSecondShop = async ({ origin, operatorKey }: Server): Promise<Shop> => {
  const operator = createShop({ origin, apiKey: operatorKey });
  const tenant = { method: 'POST', path: '/v1/tenants', body: { name: 'Tenant B' }, key: 'tenant-b' };
  const { apiKey } = await operator.call<{ readonly apiKey: string }>(tenant);
  return openShop({ origin, apiKey });
};

/** Waits for what the preparation has put into queues. */
const waitForEmptyQueues = async (server: Server): Promise<void> => {
  const { countQueued } = await connectAwsEndpoint(server);
  const deadline = performance.now() + QUEUE_TIMEOUT_MS;
  while ((await countQueued()) > 0 && performance.now() < deadline) await sleep(QUEUE_POLL_MS);
};

const measureBeside = async (load: LoadName, durationMs: number): Promise<Neighbour> => {
  // a host that is stopped during its work logs each invocation that it ends
  const server = await startServer({ logLevel: 'SILENT' });
  try {
    const { origin, apiKey } = server;
    await openShop(server);
    const shop = await openSecondShop(server);
    await probeTenant(shop, { durationMs: WARM_UP_MS, name: 'warm-up' });
    const alone = await probeTenant(shop, { durationMs, name: 'alone' });
    const driver = await startLoadDriver({ name: load, origin, apiKey, durationMs: durationMs + LOAD_LEAD_MS });
    try {
      await waitForEmptyQueues(server);
      const responses = driver.run();
      const measured = sleep(LOAD_LEAD_MS).then(() => probeTenant(shop, { durationMs, name: 'beside' }));
      const [beside] = await Promise.all([measured, responses]);
      return { load, alone, beside, responses: await responses };
    } finally {
      await driver.stop();
    }
  } finally {
    await server.stop();
  }
};

/** Measures B beside each load, on a host of its own, so that no load leaves anything to the next. */
export const measureNeighbours = async (
  names: readonly LoadName[],
  durationMs: number,
): Promise<readonly Neighbour[]> => {
  const results: Neighbour[] = [];
  for (const name of names) {
    const result = await measureBeside(name, durationMs);
    results.push(result);
    const { alone, beside } = result;
    const p95s = `${alone.confirmed.p95Ms.toFixed(0)} ms alone, ${beside.confirmed.p95Ms.toFixed(0)} ms beside it`;
    console.log(`neighbours: ${name}, p95 to confirmed ${p95s}${isWithinBudget(result) ? '' : ', FAILED'}`);
  }
  return results;
};

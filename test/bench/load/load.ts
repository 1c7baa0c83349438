import { type AwsEndpoint, connectAwsEndpoint } from '../aws-endpoint.ts';
import { waitForQuiescence } from '../quiescence.ts';
import { startServer } from '../server.ts';
import { openShop, type Shop } from '../shop.ts';
import { runClosedLoop } from '../throughput/throughput.ts';
import { loadProfiles, type Phase, toArrivals } from './load-profiles.ts';
import { runOpenLoop } from './open-loop.ts';
import { listOrdersSince } from './order-history.ts';
import { countLost, type PhaseLoad, toPhaseLoads } from './phase-loads.ts';
import { startSampler } from './sampler.ts';
import { type LoadSample, toLoadSamples } from './samples.ts';

export type ProfileLoad = {
  readonly profile: string;
  readonly phases: readonly PhaseLoad[];
  /** From the end of the last phase to the end of the last order. */
  readonly drainSeconds: number;
  readonly maxOpen: number;
  readonly maxQueued: number;
  readonly byStatus: Readonly<Record<string, number>>;
  /** Accepted orders that are not in the list of orders. */
  readonly lost: number;
  /** Orders that are still open after the drain. */
  readonly unfinished: number;
  readonly deadLetters: number;
  /** The reason of the first failed request. */
  readonly firstFailure?: string;
  readonly samples: readonly LoadSample[];
};

export type Load = { readonly capacityPerSecond: number; readonly profiles: readonly ProfileLoad[] };

const CAPACITY_CONCURRENCY = 32;
const CAPACITY_RUNS = 2;
const WARM_UP_MS = 5_000;
const SAMPLE_INTERVAL_MS = 250;
const DRAIN_TIMEOUT_MS = 120_000;

type Target = { readonly shop: Shop; readonly awsEndpoint: AwsEndpoint; readonly capacityPerSecond: number };

/** Runs one load profile, from its first arrival until the host is quiescent. */
const runProfile = async (
  { shop, awsEndpoint, capacityPerSecond }: Target,
  profile: string,
  phases: readonly Phase[],
): Promise<ProfileLoad> => {
  const arrivals = toArrivals(phases, capacityPerSecond);
  const loadMs = phases.reduce((sum, { durationSeconds }) => sum + durationSeconds * 1_000, 0);
  const stopSampler = startSampler(SAMPLE_INTERVAL_MS, awsEndpoint.countQueued);
  const startedAt = Date.now();
  const outcomes = await runOpenLoop(shop, arrivals, profile);
  await waitForQuiescence(awsEndpoint, DRAIN_TIMEOUT_MS);
  const queueReadings = (await stopSampler()).map(({ at, value }) => ({ at: Math.max(0, at - startedAt), value }));
  const orders = (await listOrdersSince(shop, startedAt)).map(({ placedAt, endedAt, ...order }) => ({
    ...order,
    placedAt: placedAt - startedAt,
    endedAt: endedAt === undefined ? undefined : endedAt - startedAt,
  }));

  const lastEndMs = orders.reduce((last, { endedAt = 0 }) => Math.max(last, endedAt), loadMs);
  const samples = toLoadSamples({ arrivals, orders, queueReadings, seconds: Math.ceil(lastEndMs / 1_000) });
  const byStatus: Record<string, number> = {};
  for (const { status } of orders) byStatus[status] = (byStatus[status] ?? 0) + 1;
  const failure = outcomes.find((outcome) => outcome.kind === 'failed');
  return {
    ...{ profile, byStatus, samples },
    phases: toPhaseLoads({ phases, arrivals, outcomes, orders }),
    drainSeconds: (lastEndMs - loadMs) / 1_000,
    maxOpen: Math.max(...samples.map(({ open }) => open)),
    maxQueued: Math.max(...samples.map(({ queued }) => queued)),
    lost: countLost(outcomes, orders),
    unfinished: orders.filter(({ endedAt }) => endedAt === undefined).length,
    deadLetters: await awsEndpoint.countDeadLetters(),
    ...(failure && { firstFailure: failure.reason }),
  };
};

/** The better of two runs: other work on the machine only ever makes one worse. */
const measureCapacity = async (shop: Shop, durationMs: number): Promise<number> => {
  const rates: number[] = [];
  for (let n = 0; n < CAPACITY_RUNS; n += 1) {
    const loop = { concurrency: CAPACITY_CONCURRENCY, durationMs, name: `capacity-${n}` };
    rates.push((await runClosedLoop(shop, loop)).confirmedPerSecond);
  }
  return Math.max(...rates);
};

/** Measures the capacity of the machine, then runs every profile relative to it against the same process. */
export const measureLoad = async (capacityMs: number, scale: number): Promise<Load> => {
  const server = await startServer();
  try {
    const shop = await openShop(server);
    const awsEndpoint = await connectAwsEndpoint(server);
    await runClosedLoop(shop, { concurrency: CAPACITY_CONCURRENCY, durationMs: WARM_UP_MS, name: 'warm-up' });
    const capacityPerSecond = await measureCapacity(shop, capacityMs);
    const loads: ProfileLoad[] = [];
    for (const [profile, phases] of Object.entries(loadProfiles)) {
      await waitForQuiescence(awsEndpoint, DRAIN_TIMEOUT_MS);
      const scaled = phases.map((phase) => ({ ...phase, durationSeconds: phase.durationSeconds * scale }));
      loads.push(await runProfile({ shop, awsEndpoint, capacityPerSecond }, profile, scaled));
    }
    return { capacityPerSecond, profiles: loads };
  } finally {
    await server.stop();
  }
};

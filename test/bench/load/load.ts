import { type Endpoint, endpoint } from '../endpoint.ts';
import { atRest } from '../rest.ts';
import { served } from '../served.ts';
import { openShop, type Shop } from '../shop.ts';
import { closedLoop } from '../throughput/throughput.ts';
import { type Moment, momentsOf } from './moments.ts';
import { openLoop } from './open-loop.ts';
import { lostOf, type PhaseLoad, phaseLoads } from './phase-loads.ts';
import { placedSince } from './placed.ts';
import { sampled } from './sampled.ts';
import { arrivals, type Phase, shapes } from './shapes.ts';

export type ShapeLoad = {
  readonly shape: string;
  readonly phases: readonly PhaseLoad[];
  /** From the end of the last phase until the last order had ended. */
  readonly drainSeconds: number;
  readonly mostOpen: number;
  readonly mostQueued: number;
  readonly byStatus: Readonly<Record<string, number>>;
  /** Accepted, but not in the list of orders. */
  readonly lost: number;
  readonly unended: number;
  readonly dead: number;
  /** Why the first request failed that did. */
  readonly firstFailure?: string;
  readonly moments: readonly Moment[];
};

export type Load = { readonly capacityPerSecond: number; readonly shapes: readonly ShapeLoad[] };

const AT_ONCE = 32;
const WARM_UP_MS = 5_000;
const TRIES = 2;
const SAMPLE_MS = 250;
const DRAIN_MS = 120_000;

/** One shape of load, from its first arrival until all is at rest again. */
const shapeLoad = async (
  { shop, seen }: { readonly shop: Shop; readonly seen: Endpoint },
  shape: string,
  phases: readonly Phase[],
  capacity: number,
): Promise<ShapeLoad> => {
  const all = arrivals(phases, capacity);
  const loadMs = phases.reduce((sum, { seconds }) => sum + seconds * 1_000, 0);
  const stop = sampled(SAMPLE_MS, seen.queued);
  const begun = Date.now();
  const outcomes = await openLoop(shop, all, shape);
  await atRest(seen, DRAIN_MS);
  const queued = (await stop()).map(({ at, value }) => ({ at: Math.max(0, at - begun), value }));
  const orders = (await placedSince(shop, begun)).map(({ placedAt, endedAt, ...order }) => ({
    ...order,
    placedAt: placedAt - begun,
    endedAt: endedAt === undefined ? undefined : endedAt - begun,
  }));

  const lastEnd = orders.reduce((last, { endedAt = 0 }) => Math.max(last, endedAt), loadMs);
  const moments = momentsOf({ arrivals: all, orders, queued, seconds: Math.ceil(lastEnd / 1_000) });
  const byStatus: Record<string, number> = {};
  const failure = outcomes.find((one) => one.is === 'failed');
  for (const { status } of orders) byStatus[status] = (byStatus[status] ?? 0) + 1;
  return {
    ...{ shape, byStatus, moments },
    phases: phaseLoads(phases, all, outcomes, orders),
    drainSeconds: (lastEnd - loadMs) / 1_000,
    mostOpen: Math.max(...moments.map(({ open }) => open)),
    mostQueued: Math.max(...moments.map(({ queued }) => queued)),
    lost: lostOf(outcomes, orders),
    unended: orders.filter(({ endedAt }) => endedAt === undefined).length,
    dead: await seen.dead(),
    ...(failure && { firstFailure: failure.why }),
  };
};

/** The better of two tries: whatever else the machine does makes one worse. */
const capacityOf = async (shop: Shop, ms: number): Promise<number> => {
  const tries: number[] = [];
  for (let n = 0; n < TRIES; n += 1)
    tries.push((await closedLoop(shop, AT_ONCE, ms, `capacity-${n}`)).confirmedPerSecond);
  return Math.max(...tries);
};

/** Finds out what the machine can do, then loads it in shapes made of that, one process for all. */
export const load = async (capacityMs: number, scale: number): Promise<Load> => {
  const server = await served();
  try {
    const shop = await openShop(server);
    const seen = await endpoint(server);
    await closedLoop(shop, AT_ONCE, WARM_UP_MS, 'warm-up');
    const capacityPerSecond = await capacityOf(shop, capacityMs);
    const loads: ShapeLoad[] = [];
    for (const [shape, phases] of Object.entries(shapes)) {
      await atRest(seen, DRAIN_MS);
      const scaled = phases.map((phase) => ({ ...phase, seconds: phase.seconds * scale }));
      loads.push(await shapeLoad({ shop, seen }, shape, scaled, capacityPerSecond));
    }
    return { capacityPerSecond, shapes: loads };
  } finally {
    await server.stop();
  }
};

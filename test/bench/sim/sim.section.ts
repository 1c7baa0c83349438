import { availableParallelism } from 'node:os';
import { bundle } from '../../sim/bundle.ts';
import { digestOf } from '../../sim/digest.ts';
import { explore } from '../../sim/explore.ts';
import { type Kind, kinds } from '../../sim/faults.ts';
import { failureText } from '../../sim/report.ts';
import { markdownTable } from '../format.ts';
import type { Section } from '../section.ts';

type SimulatedRuns = {
  readonly from: number;
  readonly seeds: number;
  readonly orders: number;
  readonly steps: number;
  readonly histories: number;
  readonly seconds: number;
  /** The digest of all traces in the order of their seeds. */
  readonly digest: string;
  readonly struck: Readonly<Record<Kind, number>>;
  readonly failures: readonly string[];
};

const FROM = 1;
const SEEDS = 500;
/** How often a kind must hit work in progress at least, where once for each seed is impossible. */
const MIN_OF_RARE_KINDS: Partial<Record<Kind, number>> = {
  // at most once in a run, and a restored run examines little else
  'table restored': SEEDS / 10,
  // only while a tenant has parked orders, which operators resume one by one as well
  'parked orders resumed': SEEDS / 20,
};
const minOf = (kind: Kind) => MIN_OF_RARE_KINDS[kind] ?? SEEDS;

const simulate = async (seeds: number): Promise<SimulatedRuns> => {
  const built = await bundle();
  const startedAt = performance.now();
  try {
    const explored = await explore({ bundle: built, from: FROM, seeds, workers: availableParallelism() });
    const { orders, steps, histories, struck, hashes, failures } = explored;
    return {
      ...{ from: FROM, seeds: explored.seeds, orders, steps, histories, struck },
      seconds: (performance.now() - startedAt) / 1_000,
      digest: digestOf(hashes).slice(0, 16),
      failures: failures.map((failure) => failureText(failure)),
    };
  } finally {
    await built.remove();
  }
};

/** Every run of the bench takes the same seeds, and a seed always has the same trace. */
export const simSection: Section<SimulatedRuns> = {
  name: 'sim',
  title: 'Simulated runs',
  measure: (quick) => simulate(quick ? SEEDS / 10 : SEEDS),
  text: ({
    from,
    seeds,
    orders,
    steps,
    histories,
    seconds,
    digest,
    struck,
    failures,
  }) => `\`npm run sim -- --seeds ${seeds} --from ${from}\`: ${orders} orders in ${steps} steps, ${(seeds / seconds).toFixed(1)} seeds per second; \
${histories} histories of orders and stock, all linearizable; ${failures.length === 0 ? 'no invariant was violated' : `${failures.length} seeds failed`}.
Digest of all traces: ${digest}. The number of times that each fault hit work in progress:

${markdownTable(
  ['fault', 'times'],
  kinds.map((kind) => [kind, String(struck[kind])]),
)}`,
  charts: async () => ({}),
  brokenBudgets: ({ seeds, struck, failures }) => [
    ...failures,
    ...(seeds < SEEDS
      ? []
      : kinds
          .filter((kind) => struck[kind] < minOf(kind))
          .map((kind) => `${kind} occurred fewer than ${minOf(kind)} times`)),
  ],
};

import { availableParallelism } from 'node:os';
import { bundle } from '../../sim/bundle.ts';
import { digestOf } from '../../sim/digest.ts';
import { explore } from '../../sim/explore.ts';
import { type Kind, kinds } from '../../sim/faults.ts';
import { failureText } from '../../sim/report.ts';
import type { Section } from '../section.ts';
import { table } from '../table.ts';

type Nights = {
  readonly from: number;
  readonly seeds: number;
  readonly orders: number;
  readonly steps: number;
  readonly histories: number;
  readonly seconds: number;
  /** Of all traces, in the order of their seeds. */
  readonly digest: string;
  readonly struck: Readonly<Record<Kind, number>>;
  readonly failures: readonly string[];
};

const FROM = 1;
const SEEDS = 500;

const nights = async (seeds: number): Promise<Nights> => {
  const built = await bundle();
  const begun = performance.now();
  try {
    const explored = await explore({ bundle: built, from: FROM, seeds, workers: availableParallelism() });
    const { orders, steps, histories, struck, hashes, failures } = explored;
    return {
      ...{ from: FROM, seeds: explored.seeds, orders, steps, histories, struck },
      seconds: (performance.now() - begun) / 1_000,
      digest: digestOf(hashes),
      failures: failures.map((failure) => failureText(failure)),
    };
  } finally {
    await built.remove();
  }
};

/** The same seeds each time: whoever simulates them gets the same traces. */
export const simSection: Section<Nights> = {
  name: 'sim',
  title: 'Simulated nights',
  measure: (quick) => nights(quick ? SEEDS / 10 : SEEDS),
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
  }) => `\`npm run sim -- --seeds ${seeds} --from ${from}\`: ${orders} orders in ${steps} steps, ${(seeds / seconds).toFixed(1)} seeds a second; \
${histories} histories of orders and stock, every answer in them linearizable; ${failures.length === 0 ? 'no invariant was broken' : `${failures.length} seeds failed`}.
Digest of all traces: ${digest}. How often each fault struck something live:

${table(
  ['fault', 'times'],
  kinds.map((kind) => [kind, String(struck[kind])]),
)}`,
  charts: async () => ({}),
  broken: ({ seeds, struck, failures }) => [
    ...failures,
    ...(seeds < SEEDS ? [] : kinds.filter((kind) => struck[kind] < SEEDS).map((kind) => `${kind} struck too seldom`)),
  ],
};

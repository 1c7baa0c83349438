import { digestOf } from './digest.ts';
import type { Explored, Failure } from './explore.ts';
import { type Fault, kinds, nameOf } from './faults.ts';

/** The invariants by their numbers in the design, in a few words; those from 12 on are more than it lists. */
const promises: Readonly<Record<number, string>> = {
  1: 'never oversold',
  2: 'received = available + held',
  3: 'money kept = totals of confirmed orders',
  4: 'one order per key, one capture per order',
  5: 'a cancelled order holds nothing and keeps nothing',
  6: 'each projection equals its events',
  7: 'no call for a tenant touches another’s keys',
  8: 'every order ends, nothing is lost',
  9: 'status, run and version move along the graph',
  10: 'the same seed gives the same trace',
  11: 'the hold of a confirmed order is committed, and no other',
  12: 'one probe at a time through a breaker',
  13: 'out of stock only where too little was there',
  14: 'answers are linearizable',
};

export const written = (faults: readonly Fault[]): string => faults.map(nameOf).join(',');

/** The other way round; throws for what is none. */
export const parsed = (text: string): Fault[] =>
  text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', n = ''] = part.split('/');
      const kind = kinds.find((one) => one === name.trim());
      if (!kind || !/^\d+$/.test(n)) throw new Error(`--only takes <kind>/<n>, comma-separated; "${part}" is none`);
      return { kind, n: Number(n) };
    });

/** How a night was asked for, beside its seed. */
export type Asked = {
  readonly orders?: number | undefined;
  readonly mutant?: string | undefined;
  /** The regression file that holds its plan and faults. */
  readonly file?: string | undefined;
};

const commandOf = (seed: number, { orders, mutant, file }: Asked, last = ''): string =>
  [
    'npm run sim --',
    file === undefined ? `--seeds 1 --from ${seed}` : `--replay ${file} --from ${seed}`,
    ...(orders === undefined ? [] : [`--orders ${orders}`]),
    ...(mutant === undefined ? [] : [`--mutant ${mutant}`]),
    ...(last === '' ? [] : [last]),
  ].join(' ');

/** What broke, with which faults and after which steps, and the commands that play it again and keep it. */
export const failureText = (failure: Failure, asked: Asked = {}): string => {
  if ('error' in failure)
    return `seed ${failure.seed} broke the simulation:\n${failure.error}\n${commandOf(failure.seed, asked)}`;
  const { seed, violation, struck, trace } = failure.outcome;
  const drawn = asked.file === undefined;
  return [
    `seed ${seed} breaks invariant ${violation?.invariant} (${promises[violation?.invariant ?? 0]}):`,
    `  ${violation?.message}`,
    `with ${struck.length} faults:`,
    ...struck.map((fault) => `  ${fault.at} ms  ${nameOf(fault)}  ${fault.where}`),
    'the steps before it (ms, by whom, what, keys, outcome):',
    ...trace.map((line) => `  ${line}`),
    'replay it:',
    `  ${commandOf(seed, asked, drawn ? `--only "${written(struck)}"` : '')}`,
    ...(drawn
      ? ['keep it as a regression:', `  ${commandOf(seed, asked, '--save test/sim/regressions/NAME.json')}`]
      : []),
  ].join('\n');
};

export const summaryText = (explored: Explored): string => {
  const { seeds, orders, steps, histories, struck, statuses, hashes, failures } = explored;
  // a run that failed ended early, and which seeds it still reached depends on its workers
  const end =
    failures.length === 0
      ? ['no invariant was broken', `digest of all traces: ${digestOf(hashes)}`]
      : [`${failures.length} seeds failed`];
  return [
    `${seeds} seeds, ${orders} orders (${Object.entries(statuses)
      .map(([status, count]) => `${count} ${status}`)
      .join(', ')}), ${steps} steps`,
    `${histories} histories of orders and stock, every answer in them linearizable`,
    ...kinds.map((kind) => `  ${String(struck[kind]).padStart(7)}  ${kind}`),
    ...end,
  ].join('\n');
};

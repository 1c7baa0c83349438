import { digestOf } from './digest.ts';
import type { Explored, Failure } from './explore.ts';
import { type Fault, faultName, kinds } from './faults.ts';
import { READ_ACTS } from './readers.ts';

/** The invariants by number. docs/simulator.md has them in full. */
const invariants: Readonly<Record<number, string>> = {
  1: 'never oversold',
  2: 'received = available + held',
  3: 'money kept = totals of confirmed orders, less what is recorded as refunded unasked',
  4: 'one order per key, one capture per attempt, one paid attempt per order',
  5: 'a cancelled order holds nothing and keeps nothing',
  6: 'summaries and mails agree with the orders and the stock',
  7: 'no call for a tenant uses the keys of another',
  8: 'every order reaches a final status, nothing is lost',
  9: 'status, run and version change only by allowed transitions',
  10: 'the same seed gives the same trace',
  11: 'the hold of a confirmed order is committed, and no other',
  12: 'one probe at a time through a breaker',
  13: 'out of stock only where too little was available',
  14: 'answers are linearizable',
  15: 'prices, totals and addresses that the contract allows are taken, and no others',
  16: 'one idempotency key has one effect',
  17: 'no name makes a valid request fail',
  18: 'no mailbox gets more mails of a tenant than the day allows',
  19: 'a key is accepted while it is valid, and refused 5 s after it is revoked',
  20: 'one open payment channel per order',
  21: 'every attempt has an end',
  22: 'every message is consumed or a dead letter',
  23: 'no order is cancelled for a fault of ours',
  24: 'a placed order goes on within a minute of the repair',
  25: 'a tenant is shown what is its own, and what is another’s is answered like what does not exist',
  26: 'a walk of a list shows everything once, in order',
  27: 'few messages of a tenant overtake one of another',
};

export const formatFaults = (faults: readonly Fault[]): string => faults.map(faultName).join(',');

/** The faults of a text from `formatFaults`. Throws if a part names no fault. */
export const parseFaults = (text: string): Fault[] =>
  text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', n = ''] = part.split('/');
      const kind = kinds.find((candidate) => candidate === name.trim());
      if (!kind || !/^\d+$/.test(n))
        throw new Error(`--only takes faults as <kind>/<n>, comma-separated, not "${part}"`);
      return { kind, n: Number(n) };
    });

/** The options of the command that started the run, beside its seed. */
export type RunOptions = {
  readonly orders?: number | undefined;
  readonly mutant?: string | undefined;
  /** The regression file with its plan and faults. */
  readonly file?: string | undefined;
};

const commandOf = (seed: number, { orders, mutant, file }: RunOptions, lastOption = ''): string =>
  [
    'npm run sim --',
    file === undefined ? `--seeds 1 --from ${seed}` : `--replay ${file} --from ${seed}`,
    ...(orders === undefined ? [] : [`--orders ${orders}`]),
    ...(mutant === undefined ? [] : [`--mutant ${mutant}`]),
    ...(lastOption === '' ? [] : [lastOption]),
  ].join(' ');

/** The violation, its faults, the steps before it, and the commands that replay it and save it as a regression. */
export const failureText = (failure: Failure, options: RunOptions = {}): string => {
  if ('error' in failure)
    return `seed ${failure.seed} broke the simulation:\n${failure.error}\n${commandOf(failure.seed, options)}`;
  const { seed, violation, struck, trace } = failure.outcome;
  const isFromSeed = options.file === undefined;
  return [
    `seed ${seed} violates invariant ${violation?.invariant} (${invariants[violation?.invariant ?? 0]}):`,
    `  ${violation?.message}`,
    `with ${struck.length} faults:`,
    ...struck.map((fault) => `  ${fault.at} ms  ${faultName(fault)}  ${fault.where}`),
    'the steps before it (ms, caller, operation, keys, outcome):',
    ...trace.map((line) => `  ${line}`),
    'replay it:',
    `  ${commandOf(seed, options, isFromSeed ? `--only "${formatFaults(struck)}"` : '')}`,
    ...(isFromSeed
      ? ['save it as a regression:', `  ${commandOf(seed, options, '--save test/sim/regressions/NAME.json')}`]
      : []),
  ].join('\n');
};

const countText = (count: number, name: string) => `  ${String(count).padStart(7)}  ${name}`;

export const summaryText = (explored: Explored): string => {
  const { seeds, orders, steps, histories, struck, reads, waits, statuses, hashes, failures } = explored;
  // after a failure the other workers stop, so the digest would depend on how far each has got
  const verdict =
    failures.length === 0
      ? ['no invariant was violated', `digest of all traces: ${digestOf(hashes)}`]
      : [`${failures.length} seeds failed`];
  return [
    `${seeds} seeds, ${orders} orders (${Object.entries(statuses)
      .map(([status, count]) => `${count} ${status}`)
      .join(', ')}), ${steps} steps`,
    `${histories} histories of orders and stock, every answer in them linearizable`,
    `at most ${waits.overtaking} messages of a tenant overtook one of another, and one waited for at most ${waits.waitedFor}`,
    ...kinds.map((kind) => countText(struck[kind], kind)),
    'reads:',
    ...READ_ACTS.map((act) => countText(reads[act], act)),
    ...verdict,
  ].join('\n');
};

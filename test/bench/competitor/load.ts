import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { percentile } from '../statistics.ts';
import type { OrderOutcome, System } from './system.ts';

export const PRODUCT_SKUS = Array.from({ length: 8 }, (_, n) => `bench-${n}`);
const PS_TIMEOUT_MS = 10_000;

type Latency = { readonly p50Ms: number; readonly p99Ms: number };
export type Load = {
  readonly concurrency: number;
  readonly paid: number;
  readonly failed: number;
  /** The number of orders that were not paid, by reason. */
  readonly reasons: Readonly<Record<string, number>>;
  readonly paidPerSecond: number;
  /** Latencies of paid orders. */
  readonly lastCall: Latency;
  readonly total: Latency;
  /** Resident memory of the server's process after the run. */
  readonly memoryMb: number;
};

/** The number of orders that were not paid, by reason. */
export const countReasons = (outcomes: readonly OrderOutcome[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const { kind, reason = kind } of outcomes) if (kind !== 'paid') counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
};

const toLatency = (latenciesMs: readonly number[]): Latency => ({
  p50Ms: percentile(latenciesMs, 0.5),
  p99Ms: percentile(latenciesMs, 0.99),
});

const readResidentMb = async (pid: number): Promise<number> => {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)], { timeout: PS_TIMEOUT_MS });
  return Number(stdout) / 1_024;
};

export type LoadOptions = { readonly concurrency: number; readonly durationMs: number; readonly name: string };

/** Concurrent customers, each of whom orders again once the last order has ended. */
export const runLoad = async (system: System, { concurrency, durationMs, name }: LoadOptions): Promise<Load> => {
  const outcomes: OrderOutcome[] = [];
  const startedAt = performance.now();
  let nextOrder = 0;
  const runCustomer = async () => {
    while (performance.now() - startedAt < durationMs) {
      const n = nextOrder++;
      outcomes.push(await system.placeOrder(PRODUCT_SKUS[n % PRODUCT_SKUS.length] as string, `${name}-${n}`));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, runCustomer));
  const seconds = (performance.now() - startedAt) / 1_000;
  const paid = outcomes.filter(({ kind }) => kind === 'paid');
  return {
    concurrency,
    paid: paid.length,
    failed: outcomes.length - paid.length,
    reasons: countReasons(outcomes),
    paidPerSecond: paid.length / seconds,
    lastCall: toLatency(paid.map(({ lastCallMs }) => lastCallMs)),
    total: toLatency(paid.map(({ totalMs }) => totalMs)),
    memoryMb: await readResidentMb(system.pid),
  };
};

import { budgets } from '../budgets.ts';
import type { Soak } from './soak.ts';

export type Growth = {
  /** The orders over which it was measured. */
  readonly orders: number;
  readonly bytesPerOrder: number;
  readonly allowedPerOrder: number;
  /** Timers, sockets and such, more than at the begin. */
  readonly resources: number;
  /** Orders a second of the last two rounds, as a part of those of the first two. */
  readonly speedKept: number;
};

/** So many executions that have ended are kept whole; beyond, each takes another's place. */
const EXECUTIONS_KEPT = 10_000;

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

/** What grew with the table emptied: from when all executions that are kept are there, or in a short soak from the begin. */
export const growthOf = ({ warmedUp, rounds }: Soak): Growth => {
  const feet = [{ orders: 0, heap: warmedUp }, ...rounds.map(({ orders, emptied }) => ({ orders, heap: emptied }))];
  const last = feet.at(-1) ?? { orders: 0, heap: warmedUp };
  const full = feet.find(({ orders }) => orders >= EXECUTIONS_KEPT && orders < last.orders);
  const from = full ?? { orders: 0, heap: warmedUp };
  const orders = last.orders - from.orders;
  const executions = full ? 0 : Math.min(orders, EXECUTIONS_KEPT);
  const speeds = rounds.map(({ ordersPerSecond }) => ordersPerSecond);
  return {
    orders,
    bytesPerOrder: (last.heap.used + last.heap.external - from.heap.used - from.heap.external) / orders,
    allowedPerOrder: budgets.keptPerOrder + (budgets.keptPerExecution * executions) / orders,
    resources: sum(Object.values(last.heap.resources)) - sum(Object.values(warmedUp.resources)),
    speedKept: sum(speeds.slice(-2)) / sum(speeds.slice(0, 2)),
  };
};

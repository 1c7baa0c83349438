import { hostBudgets } from '../budgets.ts';
import type { Soak } from './soak.ts';

export type Growth = {
  /** The number of orders over which the growth is measured. */
  readonly orders: number;
  readonly bytesPerOrder: number;
  readonly allowedBytesPerOrder: number;
  /** Timers, sockets and other resources that were added since the warm-up. */
  readonly addedResources: number;
  /** Orders per second of the last two rounds, relative to the first two. */
  readonly speedRatio: number;
};

/** The host keeps this many finished executions whole; each further one replaces another. */
const MAX_KEPT_EXECUTIONS = 10_000;

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/**
 * The growth of the heap while the table is empty. It is measured from the round in which the host keeps its maximum of executions;
 * in a short soak, from the start.
 */
export const measureGrowth = ({ warmedUp, rounds }: Soak): Growth => {
  const start = { orders: 0, heap: warmedUp };
  const points = [start, ...rounds.map(({ orders, emptied }) => ({ orders, heap: emptied }))];
  const last = points.at(-1) ?? start;
  const saturated = points.find(({ orders }) => orders >= MAX_KEPT_EXECUTIONS && orders < last.orders);
  const from = saturated ?? start;
  const orders = last.orders - from.orders;
  const addedExecutions = saturated ? 0 : Math.min(orders, MAX_KEPT_EXECUTIONS);
  const speeds = rounds.map(({ ordersPerSecond }) => ordersPerSecond);
  return {
    orders,
    bytesPerOrder: (last.heap.used + last.heap.external - from.heap.used - from.heap.external) / orders,
    allowedBytesPerOrder:
      hostBudgets.keptBytesPerOrder + (hostBudgets.keptBytesPerExecution * addedExecutions) / orders,
    addedResources: sum(Object.values(last.heap.resources)) - sum(Object.values(warmedUp.resources)),
    speedRatio: sum(speeds.slice(-2)) / sum(speeds.slice(0, 2)),
  };
};

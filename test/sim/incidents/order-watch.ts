import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { StreamRecord } from '../../../embedded/aws/dynamodb/dynamodb.ts';

type Image = Parameters<typeof unmarshall>[0];
/** What decides whose turn it is. */
export type OrderState = Readonly<Partial<Record<'status' | 'reason' | 'run' | 'waitsUntil', unknown>>>;

const FINAL_STATUSES = ['confirmed', 'cancelled'];

/** Nothing is left to do for us: the order is final, a person must handle it, or its customer knows how to pay. */
export const isSettled = ({ status, waitsUntil }: OrderState): boolean =>
  FINAL_STATUSES.includes(String(status)) ||
  status === 'needs_attention' ||
  (status === 'awaiting_payment' && waitsUntil === undefined);

/** The saga of the order starts again, without a customer or an operator who has asked for it. */
const isRestart = (from: OrderState, to: OrderState): boolean =>
  Number(to.run) > Number(from.run) && (from.status === to.status || to.status === 'placed');

/** These end an order without its saga. */
const NO_PROGRESS = ['cancelled_by_customer', 'expired'];
/** The order goes on as it would have without the incident. One that is unwound is not delayed by every incident, so it does not count. */
const isProgress = (from: OrderState, to: OrderState): boolean =>
  isRestart(from, to) ||
  (from.status === 'placed' && to.status !== 'needs_attention' && !NO_PROGRESS.includes(String(to.reason)));

/** Times in milliseconds since 1970. */
export type Recovery = {
  readonly repairedAtMs: number;
  /** When one of the orders that were open at the repair first went on. */
  readonly firstProgressAtMs: number | undefined;
  readonly restartTimesMs: readonly number[];
  readonly lastSettledAtMs: number | undefined;
  /** How many of the orders that were open at the repair are not settled. */
  readonly openCount: number;
};

/** Observes the orders: which were parked, and how those that an incident has delayed go on after its repair. */
export const createOrderWatch = (now: () => number) => {
  const parked = new Set<string>();
  let open = new Set<string>();
  let repairedAtMs = Number.POSITIVE_INFINITY;
  let firstProgressAtMs: number | undefined;
  let lastSettledAtMs: number | undefined;
  const restartTimesMs: number[] = [];

  const onOrder = (pk: string, from: OrderState | undefined, to: OrderState) => {
    if (to.status === 'needs_attention') parked.add(pk);
    if (now() < repairedAtMs) return;
    if (from && isRestart(from, to)) restartTimesMs.push(now());
    if (!open.has(pk)) return;
    if (from && isProgress(from, to)) firstProgressAtMs ??= now();
    if (!isSettled(to)) return;
    open.delete(pk);
    lastSettledAtMs = now();
  };

  return {
    onTableChange({ dynamodb: { NewImage, OldImage, Keys } }: StreamRecord) {
      if (!NewImage || Keys['sk']?.S !== 'order') return;
      const from = OldImage && (unmarshall(OldImage as Image) as OrderState);
      onOrder(Keys['pk']?.S ?? '', from, unmarshall(NewImage as Image) as OrderState);
    },
    /** The cause ends now. `openOrders` are the partition keys of the orders that are not settled. */
    startRecovery(openOrders: readonly string[]) {
      repairedAtMs = now();
      open = new Set(openOrders);
    },
    parkedCount: () => parked.size,
    openCount: () => open.size,
    recovery: (): Recovery => ({
      ...{ repairedAtMs, firstProgressAtMs, restartTimesMs, lastSettledAtMs },
      openCount: open.size,
    }),
  };
};

export type OrderWatch = ReturnType<typeof createOrderWatch>;

import { systemClock } from '../../../embedded/aws/clock.ts';
import { createLeapingClock } from '../../fixtures/leaping-clock.ts';
import { type BuyerOrder, createBuyer } from './buyer.ts';
import type { MeteredOrder, MeterOptions } from './meter.ts';

type OrderPath = {
  readonly endStatus: 'confirmed' | 'cancelled';
  readonly token?: string;
  /** Units of each line in stock; 100 by default. */
  readonly stock?: number;
  readonly breakerOpen?: true;
  /** The tenant's policy, if it is not the default. */
  readonly policy?: { readonly offlineAfterMinutes: number | null; readonly giveWayAfterMinutes: number | null };
  /** What happens once the order is placed. */
  readonly afterPlacing?: (order: BuyerOrder) => Promise<void>;
};

/** Long enough for the charge to be in flight, and shorter than the 3 seconds that the provider takes to answer it. */
const DURING_CHARGE_MS = 1_500;

/** The default of a policy, and of the time without progress. */
const WAIT_MS = 5 * 60_000;
const STANDSTILL_MS = 5 * 60_000;

const OFFLINE_AT_ONCE = { offlineAfterMinutes: 0, giveWayAfterMinutes: null };

const cancelDuringCharge = async ({ advance, cancel }: BuyerOrder) => {
  await advance(DURING_CHARGE_MS);
  await cancel();
};

/** The paths that an order can take. The sweeper is counted only on those where it finds the order. */
export const paths = {
  confirmed: { endStatus: 'confirmed' },
  'placed twice with one key': { endStatus: 'confirmed', afterPlacing: ({ placeAgain }) => placeAgain() },
  'a task dies and is retried': {
    endStatus: 'confirmed',
    token: 'tok_slow',
    async afterPlacing({ advance, crash }) {
      await advance(DURING_CHARGE_MS);
      crash('payments-charge');
    },
  },
  'provider fails twice, then charges': { endStatus: 'confirmed', token: 'tok_flaky' },
  'provider down, paid offline': {
    endStatus: 'confirmed',
    breakerOpen: true,
    policy: OFFLINE_AT_ONCE,
    async afterPlacing({ waitForQuiescence, pay }) {
      await waitForQuiescence();
      await pay();
    },
  },
  'provider down, waits, then charged': {
    endStatus: 'confirmed',
    breakerOpen: true,
    async afterPlacing({ waitForQuiescence, closeBreaker, sweep }) {
      await waitForQuiescence();
      await closeBreaker();
      await sweep();
    },
  },
  'provider down, waits, then paid offline': {
    endStatus: 'confirmed',
    breakerOpen: true,
    async afterPlacing({ waitForQuiescence, advance, sweep, pay }) {
      await waitForQuiescence();
      await advance(WAIT_MS);
      await sweep();
      await pay();
    },
  },
  'provider down, never paid': {
    endStatus: 'cancelled',
    breakerOpen: true,
    policy: OFFLINE_AT_ONCE,
    afterPlacing: ({ sweepUntilDone }) => sweepUntilDone(),
  },
  'provider down, two orders: one gives way, the other is paid': {
    endStatus: 'confirmed',
    breakerOpen: true,
    policy: { offlineAfterMinutes: 0, giveWayAfterMinutes: 0 },
    stock: 2,
    async afterPlacing({ waitForQuiescence, placeAnother, pay }) {
      await waitForQuiescence();
      await placeAnother();
      await waitForQuiescence();
      await pay();
    },
  },
  'out of stock': { endStatus: 'cancelled', stock: 1 },
  declined: { endStatus: 'cancelled', token: 'tok_declined' },
  'cancelled during the charge': { endStatus: 'cancelled', token: 'tok_slow', afterPlacing: cancelDuringCharge },
  'charge unknown, restarted once, then cancelled': {
    endStatus: 'cancelled',
    token: 'tok_5xx',
    async afterPlacing({ waitForQuiescence, advance, sweep, cancel }) {
      await waitForQuiescence();
      await advance(STANDSTILL_MS);
      await sweep();
      await cancel();
    },
  },
  'refund refused, then resumed': {
    endStatus: 'cancelled',
    token: 'tok_refund_refused',
    async afterPlacing(order) {
      await cancelDuringCharge(order);
      await order.waitForQuiescence();
      await order.allowRefund();
      await order.resume();
    },
  },
  'refunded by hand during the charge, parked, then charged again': {
    endStatus: 'confirmed',
    token: 'tok_slow',
    async afterPlacing({ advance, readCharge, refundByHand, crash, total, waitForQuiescence, resume }) {
      await advance(DURING_CHARGE_MS);
      await readCharge();
      await refundByHand(1);
      crash('payments-charge');
      await waitForQuiescence();
      await refundByHand(total - 1);
      await resume();
    },
  },
} as const satisfies Readonly<Record<string, OrderPath>>;
export type PathName = keyof typeof paths;
export const pathNames = Object.keys(paths) as readonly PathName[];

const MAX_WARM_UPS = 10;

/**
 * The first orders of a process load modules, which takes real time: the clock must not leap during that. On a busy machine it takes
 * longer than the time-outs of the product allow, so an order that fails is followed by another one.
 */
export const warmUp = async (): Promise<MeteredOrder> => {
  const clock = { ...systemClock, driven: <T>(promise: Promise<T>) => promise };
  for (let n = 1; ; n += 1) {
    try {
      return await meterPath('declined', { clock });
    } catch (error) {
      if (n === MAX_WARM_UPS) throw error;
    }
  }
};

type Options = Partial<Omit<MeterOptions, 'clock'>> & { readonly clock?: ReturnType<typeof createLeapingClock> };

/** What one order of three lines costs on its path, in counts of what AWS bills. */
export const meterPath = async (name: PathName, options: Options = {}): Promise<MeteredOrder> => {
  const { endStatus, token = 'tok_ok', stock = 100, breakerOpen, policy, afterPlacing }: OrderPath = paths[name];
  const clock = options.clock ?? createLeapingClock();
  const buyer = await createBuyer({
    ...options,
    clock,
    stock,
    breakerOpen: breakerOpen === true,
    policy,
  });
  try {
    return await buyer.count(async () => {
      const order = await buyer.place(token);
      await afterPlacing?.(order);
      await buyer.waitForQuiescence();
      const status = await buyer.readStatus();
      if (status !== endStatus) throw new Error(`${name}: the order is ${status} instead of ${endStatus}`);
    });
  } finally {
    buyer.close();
  }
};

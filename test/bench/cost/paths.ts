import { systemClock } from '../../../embedded/aws/clock.ts';
import { leapingClock } from '../../inventory/fixtures/leaping-clock.ts';
import { type Shopper, shopper } from './shopper.ts';

type Way = {
  /** The order's status at last. */
  readonly ends: 'confirmed' | 'cancelled';
  readonly token?: string;
  /** Units of each line in stock; 100 where not said. */
  readonly stock?: number;
  readonly breakerOpen?: true;
  /** What is done once the order is placed, and how many requests of the API that takes. */
  readonly after?: (order: Shopper) => Promise<void>;
  readonly requests?: number;
};

/** Before time leaps, so that a busy machine is done with what is under way. */
const LOOK_MS = 100;
/** Long enough for a look whether the charge is under way, and too short for it to be answered where the provider takes 3 seconds. */
const WITHIN_CHARGE_MS = 1_500;

const cancelWithinCharge = async ({ pass, cancel }: Shopper) => {
  await pass(WITHIN_CHARGE_MS);
  await cancel();
};

/** The ways that an order may go. The sweeper has a share in those alone where it finds the order. */
export const paths = {
  confirmed: { ends: 'confirmed' },
  'asked twice with one key': { ends: 'confirmed', requests: 1, after: ({ again }) => again() },
  'a task dies and is retried': {
    ends: 'confirmed',
    token: 'tok_slow',
    async after({ pass, crash }) {
      await pass(WITHIN_CHARGE_MS);
      crash('payments-charge');
    },
  },
  'provider fails twice, then charges': { ends: 'confirmed', token: 'tok_flaky' },
  'provider away, paid offline': {
    ends: 'confirmed',
    breakerOpen: true,
    requests: 1,
    async after({ rest, pay }) {
      await rest();
      await pay();
    },
  },
  'provider away, nobody pays': { ends: 'cancelled', breakerOpen: true, after: ({ swept }) => swept() },
  'out of stock': { ends: 'cancelled', stock: 1 },
  declined: { ends: 'cancelled', token: 'tok_declined' },
  'cancelled while it is charged': { ends: 'cancelled', token: 'tok_slow', requests: 1, after: cancelWithinCharge },
  'charge unknown until the deadline': { ends: 'cancelled', token: 'tok_5xx', after: ({ swept }) => swept() },
  'refund refused, then resumed': {
    ends: 'cancelled',
    token: 'tok_refund_refused',
    requests: 2,
    async after(order) {
      await cancelWithinCharge(order);
      await order.rest();
      await order.resume();
    },
  },
} as const satisfies Readonly<Record<string, Way>>;
export type Path = keyof typeof paths;

/** What loads with the first orders of a process takes real time, in which no clock must leap. */
export const warmUp = () => walkPath('declined', undefined, { ...systemClock, driven: (work) => work });

/** What one order of three lines costs on its way, in counts of what AWS bills. */
export const walkPath = async (path: Path, functionMs?: number, clock = leapingClock(LOOK_MS)) => {
  const { ends, token = 'tok_ok', stock = 100, breakerOpen, after, requests = 0 }: Way = paths[path];
  const { count, place, rest, status, close } = await shopper({
    clock,
    stock,
    breakerOpen: breakerOpen === true,
    functionMs,
  });
  try {
    return await count(1 + requests, async () => {
      const order = await place(token);
      await after?.(order);
      await rest();
      const ended = await status();
      if (ended !== ends) throw new Error(`${path}: the order is ${ended} instead of ${ends}`);
    });
  } finally {
    close();
  }
};

/** All that is a matter of time in a stage, in milliseconds. Orders have deadlines; holds do not expire. */
export type Times = {
  /** How long an order may take from `placed`. */
  readonly orderDeadlineMs: number;
  /** How long an order waits for its offline payment. */
  readonly paymentDeadlineMs: number;
  /** Without a change for so long an order stands still, and its saga is started again; twice as long each further time. */
  readonly standstillMs: number;
  readonly maxStandstillMs: number;
  /** How long an unwinding is tried before it is a matter for a person. */
  readonly parkAfterMs: number;
  /** So many failures within the window open a provider's breaker; after the cool-down one probe is let through at a time. */
  readonly breaker: {
    readonly failures: number;
    readonly windowMs: number;
    readonly openDurationMs: number;
    readonly probeLeaseMs: number;
  };
};

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export const defaultTimes: Times = {
  orderDeadlineMs: 15 * MINUTE,
  paymentDeadlineMs: 72 * HOUR,
  standstillMs: 5 * MINUTE,
  maxStandstillMs: 15 * MINUTE,
  parkAfterMs: 24 * HOUR,
  breaker: { failures: 5, windowMs: 30 * SECOND, openDurationMs: 15 * SECOND, probeLeaseMs: 10 * SECOND },
};

/** For stages on which a test waits for every one of them. */
export const testTimes: Times = {
  orderDeadlineMs: 3 * MINUTE,
  paymentDeadlineMs: 45 * SECOND,
  standstillMs: 40 * SECOND,
  maxStandstillMs: 60 * SECOND,
  parkAfterMs: 10 * MINUTE,
  breaker: { failures: 5, windowMs: 30 * SECOND, openDurationMs: 5 * SECOND, probeLeaseMs: 5 * SECOND },
};

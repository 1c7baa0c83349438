/** The deadlines, other durations in milliseconds, and limits of a stage. Orders have deadlines; holds do not expire. */
export type Times = {
  /** How long an order awaits its offline payment. The tenant's policy says how long it waits for the provider before. */
  readonly paymentDeadlineMs: number;
  /** After this time without progress an order's saga is restarted; the time doubles with each restart, up to the maximum. */
  readonly standstillMs: number;
  readonly maxStandstillMs: number;
  /** After this time without progress a canary may be restarted again: by the next sweep, which may start some seconds late. */
  readonly canaryMs: number;
  /** How long an order may stay `placed` or `cancelling` before it needs attention. */
  readonly parkAfterMs: number;
  /** This many failures within the window open a provider's circuit breaker; after the open duration it lets one probe at a time through. */
  readonly breaker: {
    readonly failures: number;
    readonly windowMs: number;
    readonly openDurationMs: number;
    readonly probeLeaseMs: number;
  };
  /**
   * How many mails one tenant sends to one mailbox on a day of UTC. An order causes two at most, as a rule one, so a person who orders
   * ten times a day gets all of them, and a tenant cannot bomb a mailbox.
   */
  readonly maxMailsPerMailbox: number;
  /**
   * From this many open orders on, a tenant's further orders are refused (ADR 93). They are counted once a minute, so a tenant may have more
   * by as many as it places within a minute.
   */
  readonly maxOpenOrders: number;
};

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export const defaultTimes: Times = {
  paymentDeadlineMs: 72 * HOUR,
  standstillMs: 5 * MINUTE,
  maxStandstillMs: 15 * MINUTE,
  canaryMs: 55 * SECOND,
  parkAfterMs: 24 * HOUR,
  breaker: { failures: 5, windowMs: 30 * SECOND, openDurationMs: 15 * SECOND, probeLeaseMs: 10 * SECOND },
  maxMailsPerMailbox: 20,
  maxOpenOrders: 1_000,
};

/** For stages whose tests wait for every one of these durations. */
export const testTimes: Times = {
  paymentDeadlineMs: 45 * SECOND,
  standstillMs: 40 * SECOND,
  maxStandstillMs: 60 * SECOND,
  canaryMs: 55 * SECOND,
  parkAfterMs: 10 * MINUTE,
  breaker: { failures: 5, windowMs: 30 * SECOND, openDurationMs: 5 * SECOND, probeLeaseMs: 5 * SECOND },
  maxMailsPerMailbox: 20,
  maxOpenOrders: 1_000,
};

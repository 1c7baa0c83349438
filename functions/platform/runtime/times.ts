import type { TenantId } from '#platform/kernel';

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
  /**
   * This many failures within the window open a provider's circuit breaker; after the open duration it lets one probe at a time through.
   */
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
   * From this many open orders on, a tenant's further orders are refused (ADR 93). They are counted once a minute, so a tenant may have
   * more by as many as it places within a minute.
   */
  readonly maxOpenOrders: number;
  /**
   * Over how many shards a tenant's list of orders and that of its open holds are spread: by default, and for the tenants with a number
   * of their own. Each shard takes 1,000 writes a second. A number may be raised at any time and never lowered, because an item stays
   * in the shard that it was born into (ADR 91). From 1 to `MAX_LIST_SHARDS`.
   */
  readonly listShards: { readonly default: number; readonly tenants: Readonly<Record<string, number>> };
};

export const MAX_LIST_SHARDS = 16;

/** The number of shards of a tenant's lists. */
export const listShardsOf = ({ listShards }: Pick<Times, 'listShards'>, tenantId: TenantId): number =>
  (Object.hasOwn(listShards.tenants, tenantId) ? listShards.tenants[tenantId] : undefined) ?? listShards.default;

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
  listShards: { default: 1, tenants: {} },
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
  listShards: { default: 1, tenants: {} },
};

/** Names alone, because every function carries them. The compiler demands that they are complete. */
const SETTINGS: Readonly<Record<keyof Times, true>> = {
  paymentDeadlineMs: true,
  standstillMs: true,
  maxStandstillMs: true,
  canaryMs: true,
  parkAfterMs: true,
  breaker: true,
  maxMailsPerMailbox: true,
  maxOpenOrders: true,
  listShards: true,
};

/**
 * The settings of a function, if none is missing. A function with the settings of an earlier version must not start: it would write to a
 * shard `NaN`, or wait for no time.
 */
export const requireSettings = (times: Times): Times => {
  for (const name of Object.keys(SETTINGS)) if (!(name in times)) throw new Error(`TIMES lacks ${name}`);
  return times;
};

/** The settings of a stage that is deployed, if its numbers of shards are valid. */
export const checkListShards = (times: Times): Times => {
  const { default: usual, tenants } = times.listShards;
  for (const count of [usual, ...Object.values(tenants)])
    if (!Number.isInteger(count) || count < 1 || count > MAX_LIST_SHARDS)
      throw new Error(`a list cannot have ${count} shards: use 1 to ${MAX_LIST_SHARDS}`);
  return times;
};

import type { Row } from '../../ops/audit/table-audit.ts';
import type { Tenant } from './customers.ts';
import type { Faults, Kind } from './faults.ts';
import {
  attemptKeyOf,
  type Callback,
  type CallbackStatus,
  type Charge,
  type Money,
  type ProviderConsole,
} from './levers.ts';

type PlacedOrder = { readonly id: string; readonly total: Money };
/** What the provider does to an order unasked or against its own record. The force decides when, and how much. */
export type Misdeed = { readonly kind: Kind; readonly force: number };

type Options = {
  readonly console: ProviderConsole;
  readonly faults: Faults;
  readonly sleep: (ms: number) => Promise<void>;
  readonly now: () => number;
  readonly report: (invariant: number, message: string) => void;
  /** A person is about to capture with a key that was declined or voided. */
  readonly onCaptureByHand: (key: string) => void;
};

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** A provider repeats a callback until it is taken, for longer than any outage lasts. */
const MAX_NOTIFICATIONS = 60;
const NOTIFICATION_INTERVAL_MS = 30 * SECOND;
const MAX_LOOKS = 20;
const LOOK_INTERVAL_MS = 5 * SECOND;
/** A person with this force or more captures at the moment of the void. */
const VOID_FORCE = 0.5;
const CLOSE_LOOKS = { looks: 800, intervalMs: 25 };
const MAX_LATE_MS = 10 * MINUTE;
/** The number of an attempt that no order opens in a run. */
const UNOPENED_ATTEMPT = 5;

const kindsOfMisdeeds = [
  ...(['false decline', 'false callback', 'wrong callback', 'late callback'] as const),
  ...(['stray capture', 'refund by hand', 'capture by hand'] as const),
] as const;

const pickByForce = <T>(values: readonly T[], force: number): T => values[Math.floor(force * values.length)] as T;
/** A second number from the force, at least 0 and less than 1. */
const rest = (force: number) => (force * 1_000) % 1;
/** Half of the persons who refund do so at the moment of the capture, some of them before Breakwater has the answer. */
const isClose = (force: number) => rest(rest(force)) < 0.5;

/** The payment provider and the persons at its console: what they do that no request of Breakwater caused. */
export const createProvider = ({ console, faults, sleep, now, report, onCaptureByHand }: Options) => {
  const misdeeds: Promise<void>[] = [];

  /** Returns the status of the last response. */
  const notifyUntilTaken = async (callback: Callback): Promise<number> => {
    for (let n = 0; n < MAX_NOTIFICATIONS; n += 1) {
      const { status } = await console.notify(callback, now());
      if (status < 500) return status;
      await sleep(NOTIFICATION_INTERVAL_MS);
    }
    return 503;
  };
  /** Reports what is so. Breakwater must take it, whatever the order is. */
  const notifyTruth = async (callback: Callback) => {
    const status = await notifyUntilTaken(callback);
    if (status >= 300) report(3, `a true callback was answered with ${status}: ${JSON.stringify(callback)}`);
  };

  const findWhere = async (
    key: string,
    matches: (charge: Charge) => boolean,
    { looks, intervalMs } = { looks: MAX_LOOKS, intervalMs: LOOK_INTERVAL_MS },
  ): Promise<Charge | undefined> => {
    for (let n = 0; n < looks; n += 1) {
      const charge = await console.find(key);
      if (charge && matches(charge)) return charge;
      await sleep(intervalMs);
    }
    return undefined;
  };
  const chargeOf = (tenantId: string, { id }: PlacedOrder) => attemptKeyOf(tenantId, id);

  const sayFalsely = async (tenantId: string, order: PlacedOrder, status: CallbackStatus) => {
    await console.notify({ key: chargeOf(tenantId, order), status, ...order.total }, now());
  };

  const reportCharge = async ({ key, amount, currency, status, refunded }: Charge) => {
    if (status !== 'captured' && status !== 'declined') return;
    // the amount of a refund is what is refunded by now
    await notifyTruth({ key, amount, currency, status });
    if (refunded > 0) await notifyTruth({ key, currency, amount: refunded, status: 'refunded' });
  };

  const reportLate = async (tenantId: string, order: PlacedOrder) => {
    const charge = await console.find(chargeOf(tenantId, order));
    if (charge) await reportCharge(charge);
  };

  /** Captures money for an order that does not exist, or for an attempt that the order has not opened. */
  const captureForNobody = async (tenantId: string, { id, total }: PlacedOrder, force: number) => {
    const key =
      force < 0.5 ? attemptKeyOf(tenantId, `stray${id.slice(0, 20)}`) : attemptKeyOf(tenantId, id, UNOPENED_ATTEMPT);
    for (let n = 0; n < MAX_LOOKS; n += 1) {
      const { status } = await console.charge(key, total, 'tok_ok');
      if (status < 500) break;
      await sleep(LOOK_INTERVAL_MS);
    }
    const { captured = 0 } = (await console.find(key)) ?? {};
    if (captured > 0) await notifyTruth({ key, status: 'captured', ...total });
  };

  const refundByHand = async (tenantId: string, order: PlacedOrder, force: number) => {
    const isRefundable = ({ captured, refunded }: Charge) => captured > refunded;
    const charge = await findWhere(chargeOf(tenantId, order), isRefundable, isClose(force) ? CLOSE_LOOKS : undefined);
    if (!charge) return;
    const left = charge.captured - charge.refunded;
    await refundUntilTaken(charge, force < 0.5 ? left : Math.max(1, Math.floor(left * rest(force))));
  };
  const refundUntilTaken = async (charge: Charge, amount: number) => {
    for (let n = 0; n < MAX_LOOKS; n += 1) {
      const { status } = await console.refund(charge, amount);
      if (status < 500) break;
      await sleep(LOOK_INTERVAL_MS);
    }
    const { key, currency } = charge;
    const { refunded = 0 } = (await console.find(key)) ?? {};
    // a refusal may only mean that an earlier try had its effect
    if (refunded > charge.refunded) await notifyTruth({ key, currency, amount: refunded, status: 'refunded' });
  };

  /** Half of these persons capture at the moment of the void, before Breakwater has its answer. */
  const captureByHand = async (tenantId: string, order: PlacedOrder, force: number) => {
    const key = chargeOf(tenantId, order);
    // a void before any charge has no amount
    const isVoided = ({ status, amount }: Charge) => status === 'voided' && amount > 0;
    const isCapturable = (charge: Charge) => charge.status === 'declined' || isVoided(charge);
    const charge = await (force < VOID_FORCE ? findWhere(key, isCapturable) : findWhere(key, isVoided, CLOSE_LOOKS));
    if (!charge) return;
    onCaptureByHand(charge.key);
    await console.capture(charge);
    const { amount, currency } = charge;
    await notifyTruth({ key, amount, currency, status: 'captured' });
  };

  const commit = async ({ kind, force }: Misdeed, tenantId: string, order: PlacedOrder) => {
    // most of it falls into the seconds in which the order is charged or unwound
    const soon = rest(force) ** 5 * MINUTE;
    const { amount, currency } = order.total;
    const key = chargeOf(tenantId, order);
    const watchesClosely =
      (kind === 'capture by hand' && force >= VOID_FORCE) || (kind === 'refund by hand' && isClose(force));
    if (!watchesClosely) await sleep(Math.ceil(kind === 'late callback' ? force * MAX_LATE_MS : soon));
    if (kind === 'false decline') return sayFalsely(tenantId, order, 'declined');
    if (kind === 'false callback')
      return sayFalsely(tenantId, order, pickByForce(['captured', 'refunded', 'disputed'] as const, force));
    if (kind === 'wrong callback') {
      const status = pickByForce(['captured', 'declined', 'refunded'] as const, force);
      const wrong =
        force < 0.5 ? { amount: amount + 1, currency } : { amount, currency: currency === 'EUR' ? 'USD' : 'EUR' };
      return void (await console.notify({ key, status, ...wrong }, now()));
    }
    if (kind === 'late callback') return reportLate(tenantId, order);
    if (kind === 'stray capture') return captureForNobody(tenantId, order, force);
    if (kind === 'refund by hand') return refundByHand(tenantId, order, force);
    return captureByHand(tenantId, order, force);
  };

  return {
    /** What will be done to an order. All of it is decided before the order is placed, so that no other fault changes it. */
    plan: (token: string): readonly Misdeed[] =>
      kindsOfMisdeeds.flatMap((kind) => {
        // a person captures only what was declined
        const isPossible = kind !== 'capture by hand' || token === 'tok_declined';
        const force = faults.strike(kind, token, isPossible);
        return force === undefined ? [] : [{ kind, force }];
      }),
    /** Starts what was planned for the order. */
    act(planned: readonly Misdeed[], { id: tenantId }: Tenant, order: PlacedOrder) {
      for (const misdeed of planned) {
        const done = commit(misdeed, tenantId, order);
        // `whenDone` throws it
        done.catch(() => undefined);
        misdeeds.push(done);
      }
    },
    /** The provider sends all callbacks about its charges again. `rows` are those of the table, which has its records. */
    async repeatCallbacks(rows: readonly Row[]) {
      const charges = rows.filter(({ sk }) => sk === 'charge') as unknown as readonly Charge[];
      await Promise.all(charges.map(reportCharge));
    },
    /** A person refunds by hand what the provider keeps under these keys. */
    async refundStrays(keys: readonly string[]) {
      for (const key of keys) {
        const charge = await console.find(key);
        if (charge && charge.captured > charge.refunded)
          await refundUntilTaken(charge, charge.captured - charge.refunded);
      }
    },
    /** Resolves once the provider has done all that was planned, and its callbacks are taken. */
    whenDone: async () => void (await Promise.all(misdeeds)),
    /** The callback of a charge that was captured or declined, as often as the provider sends it. */
    async sendCallback(order: PlacedOrder, { id: tenantId }: Tenant) {
      const charge = await console.find(chargeOf(tenantId, order));
      if (charge?.status !== 'captured' && charge?.status !== 'declined') return;
      const times = faults.strike('duplicate callback', charge.status) === undefined ? 1 : 3;
      const { key, status } = charge;
      for (let n = 0; n < times; n += 1) await console.notify({ key, status, ...order.total }, now());
    },
  };
};
export type Provider = ReturnType<typeof createProvider>;

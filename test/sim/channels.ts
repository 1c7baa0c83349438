import { toPayment } from '../../ops/audit/payment-checks.ts';
import type { Item } from './refusals.ts';

/** How an order can be paid at the moment. */
type Channels = {
  isOffline: boolean;
  /** The number of the attempt that may be charged at the provider. */
  chargeable: number | undefined;
};

/** An order that waits for the provider has a time until which it waits; without one its customer was told how to pay. */
export const isWaiting = (order: Item | undefined): boolean => order?.['waitsUntil'] !== undefined;
const isOffline = (order: Item | undefined) => order?.['status'] === 'awaiting_payment' && !isWaiting(order);

/** An order has one open payment channel at any step (invariant 20): its customer can pay offline, or the provider may charge it. */
export const watchChannels = (report: (message: string) => void) => {
  const orders = new Map<string, Channels>();
  const channelsOf = (name: string): Channels => {
    const channels = orders.get(name) ?? { isOffline: false, chargeable: undefined };
    orders.set(name, channels);
    return channels;
  };
  const check = (name: string) => {
    const { isOffline, chargeable } = channelsOf(name);
    if (isOffline && chargeable !== undefined)
      report(`${name} can be paid offline while its attempt ${chargeable} may be charged`);
  };
  const idOf = (item: Item) => item.pk.split('#').slice(3).join('#');
  return {
    onOrder(tenant: string, old: Item | undefined, next: Item | undefined) {
      if (!next) return;
      const name = `${tenant}.${idOf(next)}`;
      channelsOf(name).isOffline = isOffline(next);
      if (old?.['paid'] === undefined && next['paid'] !== undefined && isWaiting(old))
        report(`${name} was paid offline while it waited for the provider`);
      check(name);
    },
    onPayment(tenant: string, _: Item | undefined, next: Item | undefined) {
      if (!next) return;
      const name = `${tenant}.${idOf(next)}`;
      channelsOf(name).chargeable = toPayment(next as never).attempts.find(({ status }) => status === 'intended')?.n;
      check(name);
    },
    /** Drops all that it knows. */
    forget: () => orders.clear(),
    /** Breakwater sends a charge with this key. */
    onChargeSent(key: string) {
      const name = key.split('.').slice(0, 2).join('.');
      if (channelsOf(name).isOffline) report(`${key} was sent to the provider while its order can be paid offline`);
    },
  };
};

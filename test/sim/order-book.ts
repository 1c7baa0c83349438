import { orderIdsOf } from '#orders/table/keys';
import type { Row } from '../../ops/audit/table-audit.ts';
import type { Tenant } from './customers.ts';
import type { Purchase } from './plan.ts';

/** An order that an answer has accepted. */
export type AcceptedOrder = { readonly tenantId: string; readonly id: string; readonly key: string };
type Order = { readonly purchase: Purchase; readonly tenant: Tenant };

const RETURN_INTERVAL_MS = 15_000;
const MAX_TRIES = 20;

/** The orders that customers know of, and those of them that a restored table does not have. */
export const createOrderBook = () => {
  let accepted: readonly AcceptedOrder[] = [];
  const orders = new Map<string, Order>();
  const lost = new Set<string>();
  const isReturning = (id: string) => id.charCodeAt(id.length - 1) % 4 !== 0;
  return {
    accepted: () => accepted,
    find: (tenantId: string, key: string) => accepted.find((order) => order.tenantId === tenantId && order.key === key),
    add(order: AcceptedOrder, details: Order) {
      if (!accepted.some(({ id }) => id === order.id)) accepted = [...accepted, order];
      orders.set(order.id, details);
      lost.delete(order.id);
    },
    isLost: (id: string) => lost.has(id),
    /**
     * The customers of three quarters of the lost orders repeat them within two minutes. The others do not expect theirs any more. Resolves
     * once all of them are accepted again.
     */
    async comeBack(sleep: (ms: number) => Promise<void>, placeAgain: (order: Order) => Promise<unknown>) {
      const comeBackFor = async (id: string) => {
        await sleep((id.charCodeAt(0) % 8) * RETURN_INTERVAL_MS);
        for (let n = 0; n < MAX_TRIES && lost.has(id); n += 1) await placeAgain(orders.get(id) as Order);
      };
      await Promise.all([...lost].filter(isReturning).map(comeBackFor));
    },
    onRestore(rows: readonly Row[]) {
      const stored = new Set(rows.filter(({ sk }) => sk === 'order').map(({ pk }) => orderIdsOf(pk).id as string));
      for (const { id } of accepted) if (!stored.has(id)) lost.add(id);
      accepted = accepted.filter(({ id }) => !lost.has(id) || isReturning(id));
    },
  };
};

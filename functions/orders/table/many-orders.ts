// Apart from the table of orders, so that only the function that reads many bundles what that needs.
import type { Order } from '#orders/domain/order';
import { orderKey } from '#orders/table/keys';
import { toOrder } from '#orders/table/order-table';
import type { FindManyOrders } from '#orders/use-cases/ports';
import type { Runtime } from '#platform/runtime/runtime';
import { batchGet } from '#platform/table/batch-get';

/** The most that one BatchGetItem reads. */
const BATCH_SIZE = 100;

/** Reads many orders strongly, in the order of their ids. Those that do not exist are left out. */
export const findManyOrders =
  (rt: Runtime<'db'>): FindManyOrders =>
  async (tenantId, ids) => {
    const orders: Order[] = [];
    for (let start = 0; start < ids.length; start += BATCH_SIZE) {
      const keys = ids.slice(start, start + BATCH_SIZE).map((id) => orderKey(tenantId, id));
      orders.push(...(await batchGet(rt, keys, { consistent: true })).map(toOrder));
    }
    return orders;
  };

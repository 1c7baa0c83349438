import * as z from 'zod/mini';
import type { FindOrderForPayment } from '#orders/contract';
import { orderKey } from '#orders/table/keys';
import type { Runtime } from '#platform/runtime/runtime';
import { MoneySchema, StringSchema } from '#platform/schemas';
import { getItem } from '#platform/table/get-item';
import { parseItem } from '#platform/table/parse-item';

const OrderMoney = z.object({ status: StringSchema, total: MoneySchema, paid: z.optional(z.unknown()) });

/** Only what a callback needs of an order, so that its function bundles neither the orders' events nor their routes. */
export const orderForPayment =
  (rt: Runtime<'db'>): FindOrderForPayment =>
  async (tenantId, orderId) => {
    const item = await getItem(rt, orderKey(tenantId, orderId));
    if (!item) return undefined;
    const { status, total, paid } = parseItem(OrderMoney, item);
    return { status, total, isPaidOffline: paid !== undefined };
  };

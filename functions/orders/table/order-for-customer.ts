import * as z from 'zod/mini';
import { type FindOrderForCustomer, ReasonSchema, StatusSchema } from '#orders/contract';
import { orderKey } from '#orders/table/keys';
import { shownDeadlines } from '#orders/table/shown-deadline';
import type { Runtime } from '#platform/runtime/runtime';
import { MoneySchema, StringSchema } from '#platform/schemas';
import { getItem } from '#platform/table/get-item';
import { parseItem } from '#platform/table/parse-item';

const CustomerOrder = z.object({
  customer: z.object({ email: StringSchema }),
  total: MoneySchema,
  status: StatusSchema,
  reason: z.optional(ReasonSchema),
  deadline: z.optional(StringSchema),
  waitsUntil: z.optional(StringSchema),
  history: z.readonly(z.array(z.object({ at: StringSchema, status: StatusSchema }))),
});

/** Only what a mail needs of an order, with the deadline that holds, so that its function does not bundle the orders' events. */
export const findOrderForCustomer = (rt: Runtime<'db'>): FindOrderForCustomer => {
  const findDeadlines = shownDeadlines(rt);
  return async (tenantId, orderId) => {
    const item = await getItem(rt, orderKey(tenantId, orderId));
    if (!item) return undefined;
    const order = parseItem(CustomerOrder, item);
    const { customer, total, status, reason } = order;
    const deadlineOf = await findDeadlines([order], rt.now().toISOString());
    return { email: customer.email, total, status, reason, deadline: deadlineOf(order) };
  };
};

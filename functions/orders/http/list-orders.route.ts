import { orderList } from '#orders/data/keys';
import { toOrder } from '#orders/data/order-table';
import { answer } from '#orders/http/answer';
import { reply, route } from '#shared/http';
import { ListQuery, listPage } from '#shared/list';
import type { Runtime } from '#shared/runtime';

export const listOrdersRoute = (rt: Runtime<'db'>) => {
  const spec = { method: 'GET', path: '/v1/orders', scope: 'tenant', query: ListQuery } as const;
  return route(spec, async ({ tenantId, query }) => {
    const { items, next } = await listPage(rt, { ...query, listPk: orderList(tenantId), descending: true });
    return reply(200, { items: items.map((item) => answer(toOrder(item))), next });
  });
};

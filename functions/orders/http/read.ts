import { getOrderRoute } from '#orders/http/get-order.route';
import { listOrdersRoute } from '#orders/http/list-orders.route';
import { httpFunction } from '#shared/http';
import type { Runtime } from '#shared/runtime';
import { keyHolder } from '#tenants/published';

export const read = (rt: Runtime<'db'>) => httpFunction(rt, keyHolder(rt), [getOrderRoute(rt), listOrdersRoute(rt)]);

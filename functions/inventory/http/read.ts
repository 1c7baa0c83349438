import { getStockRoute } from '#inventory/http/get-stock.route';
import { httpFunction } from '#shared/http';
import type { Runtime } from '#shared/runtime';
import { keyHolder } from '#tenants/published';

export const read = (rt: Runtime<'db'>) => httpFunction(rt, keyHolder(rt), [getStockRoute(rt)]);

import { adjustStockRoute } from '#inventory/http/adjust-stock.route';
import { putStockRoute } from '#inventory/http/put-stock.route';
import { httpFunction } from '#shared/http';
import type { Runtime } from '#shared/runtime';
import { keyHolder } from '#tenants/published';

export const write = (rt: Runtime<'db'>) => httpFunction(rt, keyHolder(rt), [adjustStockRoute(rt), putStockRoute(rt)]);

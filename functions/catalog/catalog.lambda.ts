import { readRoutes, writeRoutes } from '#catalog/contract';
import { getProduct, listProducts } from '#catalog/http/read';
import { putProduct } from '#catalog/http/write';
import { httpFunction } from '#platform/http/http-function';
import { db } from '#platform/runtime/clients';
import { lambda } from '#platform/runtime/lambda';
import { authenticateTenant } from '#tenants/public';

export const write = lambda({ db }, httpFunction(writeRoutes, authenticateTenant, { putProduct }));
export const read = lambda({ db }, httpFunction(readRoutes, authenticateTenant, { listProducts, getProduct }));

import { readRoutes, writeRoutes } from '#inventory/contract';
import { getStock } from '#inventory/http/read';
import { adjustStock, setShards } from '#inventory/http/write';
import { holdStep, releaseStep } from '#inventory/saga/steps';
import { commitHoldsWorker } from '#inventory/workers/commit-holds';
import { watchStockWorker } from '#inventory/workers/watch-stock';
import { httpFunction } from '#platform/http/http-function';
import { db } from '#platform/runtime/clients';
import { lambda } from '#platform/runtime/lambda';
import { authenticateTenant } from '#tenants/public';

export const write = lambda({ db }, httpFunction(writeRoutes, authenticateTenant, { adjustStock, setShards }));
export const read = lambda({ db }, httpFunction(readRoutes, authenticateTenant, { getStock }));

export const hold = lambda({ db }, holdStep);
export const release = lambda({ db }, releaseStep);

export const commitHolds = lambda({ db }, commitHoldsWorker);
export const watchStock = lambda({ db }, watchStockWorker);

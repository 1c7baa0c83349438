import { sagaErrors } from '#inventory/errors';
import { holdTable } from '#inventory/table/hold-table';
import { stockTable } from '#inventory/table/stock-table';
import { holdStock } from '#inventory/use-cases/hold-stock';
import { releaseStock } from '#inventory/use-cases/release-stock';
import { SagaInput } from '#orders/contract';
import { sagaErrors as orderErrors } from '#orders/errors';
import { findOrderForRun } from '#orders/public';
import { backoffUntil } from '#platform/runtime/backoff';
import { randomIndex } from '#platform/runtime/random-index';
import type { Runtime } from '#platform/runtime/runtime';
import { SagaError } from '#platform/saga/saga-error';
import { taskFunction } from '#platform/saga/task';

export const holdStep = (rt: Runtime<'db'>) => {
  const hold = holdStock({
    orders: findOrderForRun(rt),
    stock: stockTable(rt),
    holds: holdTable(rt),
    pick: randomIndex(rt),
  });
  return taskFunction(rt, SagaInput, async (step, deadlineMs) => {
    const held = await hold(step, backoffUntil(rt, deadlineMs));
    if (held.ok) return;
    throw new SagaError(held.error === 'out_of_stock' ? sagaErrors.StockUnavailable : orderErrors.Superseded);
  });
};

export const releaseStep = (rt: Runtime<'db'>) => {
  const release = releaseStock({ orders: findOrderForRun(rt), holds: holdTable(rt) });
  return taskFunction(rt, SagaInput, async (step, deadlineMs) => {
    const released = await release(step, backoffUntil(rt, deadlineMs));
    if (released.ok) return;
    throw new SagaError(released.error === 'committed' ? sagaErrors.HoldCommitted : orderErrors.Superseded);
  });
};

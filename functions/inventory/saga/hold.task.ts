import { holdStock } from '#inventory/app/hold-stock';
import { holdTable } from '#inventory/data/hold-table';
import { stockTable } from '#inventory/data/stock-table';
import { SagaStep } from '#orders/contract';
import { orderInCharge } from '#orders/published';
import { SagaRefusal } from '#shared/errors';
import { pauseUntil } from '#shared/pause';
import type { Runtime } from '#shared/runtime';
import { taskFunction } from '#shared/task';

export const holdTask = (rt: Runtime<'db'>) => {
  const pick = (count: number) => Math.floor(rt.random() * count);
  const hold = holdStock({ orders: orderInCharge(rt), stock: stockTable(rt), holds: holdTable(rt), pick });
  return taskFunction(rt, SagaStep, async (step, until) => {
    const held = await hold(step, pauseUntil(rt, until));
    if (held.ok) return;
    if (held.error === 'out_of_stock') throw new SagaRefusal('StockUnavailable', 'a line asks for more than there is');
    throw new SagaRefusal('Superseded', 'the order has moved on');
  });
};

import { releaseStock } from '#inventory/app/release-stock';
import { holdTable } from '#inventory/data/hold-table';
import { SagaStep } from '#orders/contract';
import { orderInCharge } from '#orders/published';
import { SagaRefusal } from '#shared/errors';
import { pauseUntil } from '#shared/pause';
import type { Runtime } from '#shared/runtime';
import { taskFunction } from '#shared/task';

export const releaseTask = (rt: Runtime<'db'>) => {
  const release = releaseStock({ orders: orderInCharge(rt), holds: holdTable(rt) });
  return taskFunction(rt, SagaStep, async (step, until) => {
    const released = await release(step, pauseUntil(rt, until));
    if (released.ok) return;
    if (released.error === 'superseded') throw new SagaRefusal('Superseded', 'the order has moved on');
    throw new SagaRefusal('HoldCommitted', 'what is sold is not released');
  });
};

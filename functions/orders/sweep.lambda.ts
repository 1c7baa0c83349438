import { sweepWorker } from '#orders/workers/sweep.worker';
import { db } from '#shared/aws/db';
import { onAws } from '#shared/aws/runtime';

export const create = sweepWorker;
export const handler = onAws(create, { db });

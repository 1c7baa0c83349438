import { commitHoldsWorker } from '#inventory/workers/commit-holds.worker';
import { db } from '#shared/aws/db';
import { onAws } from '#shared/aws/runtime';

export const create = commitHoldsWorker;
export const handler = onAws(create, { db });

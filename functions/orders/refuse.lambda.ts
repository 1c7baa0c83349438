import { refuseTask } from '#orders/saga/refuse.task';
import { db } from '#shared/aws/db';
import { onAws } from '#shared/aws/runtime';

export const create = refuseTask;
export const handler = onAws(create, { db });

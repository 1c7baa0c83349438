import { closeTask } from '#orders/saga/close.task';
import { db } from '#shared/aws/db';
import { onAws } from '#shared/aws/runtime';

export const create = closeTask;
export const handler = onAws(create, { db });

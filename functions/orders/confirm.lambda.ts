import { confirmTask } from '#orders/saga/confirm.task';
import { db } from '#shared/aws/db';
import { onAws } from '#shared/aws/runtime';

export const create = confirmTask;
export const handler = onAws(create, { db });

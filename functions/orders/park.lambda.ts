import { parkTask } from '#orders/saga/park.task';
import { db } from '#shared/aws/db';
import { onAws } from '#shared/aws/runtime';

export const create = parkTask;
export const handler = onAws(create, { db });

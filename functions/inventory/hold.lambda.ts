import { holdTask } from '#inventory/saga/hold.task';
import { db } from '#shared/aws/db';
import { onAws } from '#shared/aws/runtime';

export const create = holdTask;
export const handler = onAws(create, { db });

import { settleTask } from '#payments/saga/settle.task';
import { db } from '#shared/aws/db';
import { onAws } from '#shared/aws/runtime';
import { secrets } from '#shared/aws/secrets';

export const create = settleTask;
export const handler = onAws(create, { db, secrets });

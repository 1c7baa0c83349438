import { chargeTask } from '#payments/saga/charge.task';
import { db } from '#shared/aws/db';
import { onAws } from '#shared/aws/runtime';
import { secrets } from '#shared/aws/secrets';

export const create = chargeTask;
export const handler = onAws(create, { db, secrets });

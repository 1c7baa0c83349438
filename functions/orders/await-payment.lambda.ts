import { awaitPaymentTask } from '#orders/saga/await-payment.task';
import { db } from '#shared/aws/db';
import { onAws } from '#shared/aws/runtime';

export const create = awaitPaymentTask;
export const handler = onAws(create, { db });

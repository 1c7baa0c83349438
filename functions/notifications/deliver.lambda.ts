import { deliverWorker } from '#notifications/workers/deliver.worker';
import { db } from '#shared/aws/db';
import { mail } from '#shared/aws/mail';
import { onAws } from '#shared/aws/runtime';

export const create = deliverWorker;
export const handler = onAws(create, { db, mail });

import { deliverWorker } from '#notifications/workers/deliver';
import { mail, queues, secrets } from '#platform/runtime/clients';
import { db } from '#platform/runtime/db';
import type { LambdaEntry } from '#platform/runtime/lambda';

export const deliver = {
  clients: { db, mail, queues, secrets },
  create: deliverWorker,
} satisfies LambdaEntry<'db' | 'mail' | 'queues' | 'secrets'>;

import { deliverWorker } from '#notifications/workers/deliver';
import { mail, secrets } from '#platform/runtime/clients';
import { db } from '#platform/runtime/db';
import type { LambdaEntry } from '#platform/runtime/lambda';

export const deliver = {
  clients: { db, mail, secrets },
  create: deliverWorker,
} satisfies LambdaEntry<'db' | 'mail' | 'secrets'>;

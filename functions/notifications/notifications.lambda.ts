import { deliverWorker } from '#notifications/workers/deliver';
import { db, mail } from '#platform/runtime/clients';
import { lambda } from '#platform/runtime/lambda';

export const deliver = lambda({ db, mail }, deliverWorker);

import { startSagaWorker } from '#orders/workers/start-saga.worker';
import { onAws } from '#shared/aws/runtime';
import { workflows } from '#shared/aws/workflows';

export const create = startSagaWorker;
export const handler = onAws(create, { workflows });

import { bus, queues } from '#platform/runtime/clients';
import type { LambdaEntry } from '#platform/runtime/lambda';
import { relay } from '#relay/relay';

export const publish = { clients: { bus, queues }, create: relay } satisfies LambdaEntry<'bus' | 'queues'>;

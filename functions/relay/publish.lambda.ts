import { relay } from '#relay/relay';
import { bus } from '#shared/aws/bus';
import { queues } from '#shared/aws/queues';
import { onAws } from '#shared/aws/runtime';

/** Function `relay-publish`. */
export const create = relay;
export const handler = onAws(create, { bus, queues });

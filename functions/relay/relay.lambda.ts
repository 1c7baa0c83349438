import { bus, queues } from '#platform/runtime/clients';
import { lambda } from '#platform/runtime/lambda';
import { relay } from '#relay/relay';

export const publish = lambda({ bus, queues }, relay);

import { callbacks } from '#payments/http/callbacks';
import { db } from '#shared/aws/db';
import { onAws } from '#shared/aws/runtime';
import { secrets } from '#shared/aws/secrets';

export const create = callbacks;
export const handler = onAws(create, { db, secrets });

import { provider } from '#sandbox/http/provider';
import { db } from '#shared/aws/db';
import { onAws } from '#shared/aws/runtime';
import { secrets } from '#shared/aws/secrets';

export const create = provider;
export const handler = onAws(create, { db, secrets });

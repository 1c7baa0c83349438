import { db } from '#shared/aws/db';
import { onAws } from '#shared/aws/runtime';
import { secrets } from '#shared/aws/secrets';
import { write } from '#tenants/http/write';

export const create = write;
export const handler = onAws(create, { db, secrets });

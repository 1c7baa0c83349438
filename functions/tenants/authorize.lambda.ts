import { db } from '#shared/aws/db';
import { onAws } from '#shared/aws/runtime';
import { secrets } from '#shared/aws/secrets';
import { authorize } from '#tenants/http/authorize';

export const create = authorize;
export const handler = onAws(create, { db, secrets });

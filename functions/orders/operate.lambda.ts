import { operate } from '#orders/http/operate';
import { db } from '#shared/aws/db';
import { onAws } from '#shared/aws/runtime';
import { secrets } from '#shared/aws/secrets';

export const create = operate;
export const handler = onAws(create, { db, secrets });

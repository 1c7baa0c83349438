import { write } from '#inventory/http/write';
import { db } from '#shared/aws/db';
import { onAws } from '#shared/aws/runtime';

export const create = write;
export const handler = onAws(create, { db });

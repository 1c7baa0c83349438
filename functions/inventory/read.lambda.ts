import { read } from '#inventory/http/read';
import { db } from '#shared/aws/db';
import { onAws } from '#shared/aws/runtime';

export const create = read;
export const handler = onAws(create, { db });

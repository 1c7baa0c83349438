import { releaseTask } from '#inventory/saga/release.task';
import { db } from '#shared/aws/db';
import { onAws } from '#shared/aws/runtime';

export const create = releaseTask;
export const handler = onAws(create, { db });

import { health } from '#operations/http/health';
import { bus } from '#shared/aws/bus';
import { db } from '#shared/aws/db';
import { onAws } from '#shared/aws/runtime';
import { workflows } from '#shared/aws/workflows';

export const create = health;
export const handler = onAws(create, { db, bus, workflows });

import { liveRoute } from '#operations/http/live.route';
import { readyRoute } from '#operations/http/ready.route';
import { httpFunction } from '#shared/http';
import type { Runtime } from '#shared/runtime';

/** All of it is public. */
const nobody = async () => undefined;

export const health = (rt: Runtime<'db' | 'bus' | 'workflows'>) =>
  httpFunction(rt, nobody, [liveRoute(), readyRoute(rt)]);

import { checkReadiness } from '#operations/app/check-readiness';
import { dependencies } from '#operations/data/dependencies';
import { problem, reply, route } from '#shared/http';
import type { Runtime } from '#shared/runtime';

export const readyRoute = (rt: Runtime<'db' | 'bus' | 'workflows'>) => {
  const check = checkReadiness(dependencies(rt), () => rt.now().getTime());
  return route({ method: 'GET', path: '/v1/health/ready', scope: 'public' }, async () => {
    const readiness = await check();
    if (readiness.status !== 'unavailable') return reply(200, readiness);
    return problem('unavailable', undefined, { dependencies: readiness.dependencies });
  });
};

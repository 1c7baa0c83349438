import { dependencies as dependencyChecks } from '#operations/adapters/dependencies';
import type { healthRoutes } from '#operations/routes';
import { checkReadiness } from '#operations/use-cases/check-readiness';
import type { RouteHandler } from '#platform/http/route';
import type { Runtime } from '#platform/runtime/runtime';

type Routes = typeof healthRoutes;

export const live = (): RouteHandler<Routes['live']> => async () => ({ status: 200, body: { status: 'ok' } });

export const ready = (rt: Runtime<'db' | 'bus' | 'workflows'>): RouteHandler<Routes['ready']> => {
  const check = checkReadiness(dependencyChecks(rt), () => rt.now().getTime());
  return async () => {
    const { status, dependencies } = await check();
    if (status === 'unavailable') return { problem: 'unavailable', members: { dependencies } };
    return { status: 200, body: { status, dependencies } };
  };
};

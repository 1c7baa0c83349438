import { reply, route } from '#shared/http';

/** Says that the function runs, and nothing of what it needs. */
export const liveRoute = () =>
  route({ method: 'GET', path: '/v1/health/live', scope: 'public' }, async () => reply(200, { status: 'ok' }));

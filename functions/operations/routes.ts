import * as z from 'zod/mini';
import type { RouteGroup } from '#platform/http/route';

/** The state of each dependency, by name: `ok` or `failing`. */
const Dependencies = z.looseObject({});
const ReadinessResponse = () => z.object({ status: z.enum(['ok', 'degraded']), dependencies: Dependencies });

export const healthRoutes = {
  live: {
    method: 'GET',
    path: '/v1/health/live',
    scope: 'public',
    summary: 'Reports that the function runs, without its dependencies.',
    responses: { 200: () => z.object({ status: z.literal('ok') }) },
  },
  ready: {
    method: 'GET',
    path: '/v1/health/ready',
    scope: 'public',
    summary: 'Reports the state of each dependency.',
    responses: { 200: ReadinessResponse },
  },
} as const satisfies RouteGroup;

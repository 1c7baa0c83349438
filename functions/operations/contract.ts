import * as z from 'zod/mini';
import { defineRoutes } from '#platform/http/route';

const DependencyState = z.enum(['ok', 'failing']);
const ReadinessResponse = z.object({
  status: z.enum(['ok', 'degraded', 'unavailable']),
  dependencies: z.record(z.string(), DependencyState),
});

export const healthRoutes = defineRoutes({
  live: {
    method: 'GET',
    path: '/v1/health/live',
    scope: 'public',
    summary: 'Reports that the function runs, without its dependencies.',
    responses: { 200: z.object({ status: z.literal('ok') }) },
  },
  ready: {
    method: 'GET',
    path: '/v1/health/ready',
    scope: 'public',
    summary: 'Reports the state of each dependency.',
    responses: { 200: ReadinessResponse },
  },
});

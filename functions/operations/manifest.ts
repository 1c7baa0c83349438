import { healthRoutes } from '#operations/contract';
import type { Manifest } from '#platform/manifest';

export const operations = {
  context: 'operations',
  core: false,
  routes: { health: healthRoutes },
  functions: {
    health: {
      inspects: true,
      grants: [{ of: 'operations', may: ['GetItem'] }],
    },
  },
} as const satisfies Manifest;

import { metrics } from '#operations/errors';
import { healthRoutes } from '#operations/routes';
import type { Manifest } from '#platform/manifest';

export const operations = {
  context: 'operations',
  core: false,
  routes: { health: healthRoutes },
  metrics,
  functions: {
    health: {
      inspects: true,
      // it reads one key of no tenant
      tenants: 'all',
      grants: [{ of: 'operations', may: ['GetItem'] }],
    },
    redrive: {
      everyMinutes: 1,
      runbook: 'dead-letters',
      timeoutSeconds: 55,
      redrives: true,
      // a dead letter may be of any tenant
      tenants: 'all',
      grants: [{ of: 'operations', may: ['GetItem', 'PutItem'] }],
    },
  },
} as const satisfies Manifest;

import type { Manifest } from '#shared/manifest';

export const operations = {
  context: 'operations',
  core: false,
  functions: {
    health: {
      entry: 'functions/operations/health.lambda.ts',
      routes: [
        { method: 'GET', path: '/v1/health/live', scope: 'public' },
        { method: 'GET', path: '/v1/health/ready', scope: 'public' },
      ],
      inspects: true,
      grants: [{ of: 'operations', may: ['GetItem'] }],
    },
  },
} as const satisfies Manifest;

import type { Manifest } from '#shared/manifest';

export const tenants = {
  context: 'tenants',
  core: true,
  functions: {
    write: {
      entry: 'functions/tenants/write.lambda.ts',
      routes: [{ method: 'POST', path: '/v1/tenants', scope: 'operator' }],
      grants: [{ of: 'tenants', may: ['GetItem', 'PutItem'] }],
      secrets: ['operator-key'],
    },
    authorize: {
      entry: 'functions/tenants/authorize.lambda.ts',
      authorizes: true,
      grants: [{ of: 'tenants', may: ['GetItem'] }],
      secrets: ['operator-key'],
    },
  },
  publishes: ['TenantChanged.v1'],
} as const satisfies Manifest;

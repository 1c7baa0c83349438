import type { Manifest } from '#platform/manifest';
import { problems } from '#sandbox/errors';
import { providerRoutes } from '#sandbox/routes';

/** A payment provider that behaves as its tokens say, for every stage without real money. */
export const sandbox = {
  context: 'sandbox',
  core: false,
  standalone: { stages: ['localstack', 'dev'] },
  routes: { provider: providerRoutes },
  problems,
  functions: {
    provider: {
      // the provider has one customer, which is Breakwater with all of its tenants
      tenants: 'all',
      grants: [{ of: 'sandbox', may: ['GetItem', 'PutItem', 'UpdateItem'] }],
      secrets: ['provider-key'],
    },
  },
} as const satisfies Manifest;

import type { Manifest } from '#platform/manifest';
import { events, writeRoutes } from '#tenants/contract';

export const tenants = {
  context: 'tenants',
  core: true,
  routes: { write: writeRoutes },
  secrets: { 'operator-key': { description: "The operator's bearer key." } },
  functions: {
    write: {
      grants: [{ of: 'tenants', may: ['GetItem', 'PutItem'] }],
      secrets: ['operator-key'],
    },
    authorize: {
      authorizes: true,
      grants: [{ of: 'tenants', may: ['GetItem'] }],
      secrets: ['operator-key'],
    },
  },
  publishes: events.map(({ type }) => type),
} as const satisfies Manifest;

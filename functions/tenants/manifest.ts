import type { Manifest } from '#platform/manifest';
import { events } from '#tenants/contract';
import { problems } from '#tenants/errors';
import { keysRoutes, writeRoutes } from '#tenants/routes';

export const tenants = {
  context: 'tenants',
  core: true,
  routes: { write: writeRoutes, keys: keysRoutes },
  problems,
  secrets: { 'operator-key': { description: "The operator's bearer key." } },
  functions: {
    write: {
      grants: [{ of: 'tenants', may: ['GetItem', 'PutItem'] }],
      secrets: ['operator-key'],
    },
    keys: {
      grants: [{ of: 'tenants', may: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem'] }],
      secrets: ['operator-key'],
    },
    authorize: {
      authorizes: true,
      // without it no request is served
      reservedBy: 'authorizerConcurrency',
      // it alone records the last use of a key
      grants: [{ of: 'tenants', may: ['GetItem', 'UpdateItem'] }],
      secrets: ['operator-key'],
    },
  },
  publishes: events.map(({ type }) => type),
} as const satisfies Manifest;

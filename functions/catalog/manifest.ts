import { events } from '#catalog/contract';
import { problems } from '#catalog/errors';
import { readRoutes, writeRoutes } from '#catalog/routes';
import type { Manifest } from '#platform/manifest';

export const catalog = {
  context: 'catalog',
  core: true,
  routes: { write: writeRoutes, read: readRoutes },
  problems,
  functions: {
    write: {
      grants: [
        { of: 'catalog', may: ['GetItem', 'PutItem'] },
        { of: 'tenants', may: ['GetItem'] },
      ],
    },
    read: {
      grants: [
        { of: 'catalog', may: ['GetItem', 'BatchGetItem', 'Query'] },
        { of: 'tenants', may: ['GetItem'] },
      ],
    },
  },
  publishes: events.map(({ type }) => type),
} as const satisfies Manifest;

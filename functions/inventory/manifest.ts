import { events } from '#inventory/contract';
import { problems, sagaErrors } from '#inventory/errors';
import { readRoutes, writeRoutes } from '#inventory/routes';
import type { Manifest } from '#platform/manifest';

export const inventory = {
  context: 'inventory',
  core: true,
  routes: { write: writeRoutes, read: readRoutes },
  problems,
  sagaErrors,
  functions: {
    write: {
      grants: [
        { of: 'inventory', may: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'] },
        { of: 'tenants', may: ['GetItem'] },
      ],
    },
    read: {
      grants: [
        { of: 'inventory', may: ['GetItem', 'BatchGetItem', 'PutItem'] },
        { of: 'tenants', may: ['GetItem'] },
      ],
    },
    hold: {
      task: true,
      timeoutSeconds: 15,
      grants: [
        { of: 'inventory', may: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'] },
        { of: 'orders', may: ['GetItem'] },
      ],
    },
    release: {
      task: true,
      timeoutSeconds: 15,
      grants: [
        { of: 'inventory', may: ['GetItem', 'PutItem', 'UpdateItem'] },
        { of: 'orders', may: ['GetItem'] },
      ],
    },
    'commit-holds': {
      consumes: ['OrderConfirmed.v1'],
      grants: [{ of: 'inventory', may: ['GetItem', 'PutItem'] }],
    },
    'watch-stock': {
      consumes: ['StockHeld.v1', 'StockReleased.v1', 'StockAdjusted.v1'],
      grants: [{ of: 'inventory', may: ['BatchGetItem', 'PutItem'] }],
    },
    'count-holds': {
      consumes: ['StockCountRequested.v1'],
      timeoutSeconds: 30,
      concurrency: 10,
      grants: [{ of: 'inventory', may: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'] }],
    },
  },
  publishes: events.map(({ type }) => type),
} as const satisfies Manifest;

import type { Manifest } from '#shared/manifest';

export const inventory = {
  context: 'inventory',
  core: true,
  functions: {
    write: {
      entry: 'functions/inventory/write.lambda.ts',
      routes: [
        { method: 'POST', path: '/v1/inventory/{sku}/adjustments', scope: 'tenant' },
        { method: 'PUT', path: '/v1/inventory/{sku}', scope: 'tenant' },
      ],
      grants: [
        { of: 'inventory', may: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'] },
        { of: 'tenants', may: ['GetItem'] },
      ],
    },
    read: {
      entry: 'functions/inventory/read.lambda.ts',
      routes: [{ method: 'GET', path: '/v1/inventory/{sku}', scope: 'tenant' }],
      grants: [
        { of: 'inventory', may: ['GetItem', 'BatchGetItem', 'Query'] },
        { of: 'tenants', may: ['GetItem'] },
      ],
    },
    hold: {
      entry: 'functions/inventory/hold.lambda.ts',
      task: true,
      timeoutSeconds: 15,
      grants: [
        { of: 'inventory', may: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'] },
        { of: 'orders', may: ['GetItem'] },
      ],
    },
    release: {
      entry: 'functions/inventory/release.lambda.ts',
      task: true,
      timeoutSeconds: 15,
      grants: [
        { of: 'inventory', may: ['GetItem', 'PutItem', 'UpdateItem'] },
        { of: 'orders', may: ['GetItem'] },
      ],
    },
    'commit-holds': {
      entry: 'functions/inventory/commit-holds.lambda.ts',
      consumes: ['OrderConfirmed.v1'],
      grants: [{ of: 'inventory', may: ['GetItem', 'PutItem'] }],
    },
    'watch-stock': {
      entry: 'functions/inventory/watch-stock.lambda.ts',
      consumes: ['StockHeld.v1', 'StockReleased.v1', 'StockAdjusted.v1'],
      grants: [{ of: 'inventory', may: ['BatchGetItem', 'PutItem'] }],
    },
  },
  publishes: [
    'InventoryDepleted.v1',
    'InventoryReplenished.v1',
    'StockHeld.v1',
    'StockReleased.v1',
    'StockAdjusted.v1',
  ],
} as const satisfies Manifest;

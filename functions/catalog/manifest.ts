import type { Manifest } from '#shared/manifest';

export const catalog = {
  context: 'catalog',
  core: true,
  functions: {
    write: {
      entry: 'functions/catalog/write.lambda.ts',
      routes: [{ method: 'PUT', path: '/v1/products/{sku}', scope: 'tenant' }],
      grants: [
        { of: 'catalog', may: ['GetItem', 'PutItem'] },
        { of: 'tenants', may: ['GetItem'] },
      ],
    },
    read: {
      entry: 'functions/catalog/read.lambda.ts',
      routes: [
        { method: 'GET', path: '/v1/products', scope: 'tenant' },
        { method: 'GET', path: '/v1/products/{sku}', scope: 'tenant' },
      ],
      grants: [
        { of: 'catalog', may: ['GetItem', 'BatchGetItem', 'Query'] },
        { of: 'tenants', may: ['GetItem'] },
      ],
    },
  },
  publishes: ['ProductChanged.v1'],
} as const satisfies Manifest;

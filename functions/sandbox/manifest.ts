import type { Manifest } from '#shared/manifest';

/** A payment provider that does as its tokens say, for every stage without real money. */
export const sandbox = {
  context: 'sandbox',
  core: false,
  standalone: { stages: ['localstack', 'dev'] },
  functions: {
    provider: {
      entry: 'functions/sandbox/provider.lambda.ts',
      routes: [
        { method: 'POST', path: '/sandbox/charges', scope: 'provider' },
        { method: 'GET', path: '/sandbox/charges/{key}', scope: 'provider' },
        { method: 'POST', path: '/sandbox/charges/{key}/void', scope: 'provider' },
        { method: 'POST', path: '/sandbox/charges/{key}/refund', scope: 'provider' },
        { method: 'POST', path: '/sandbox/charges/{key}/allow-refund', scope: 'provider' },
        { method: 'POST', path: '/sandbox/outages', scope: 'provider' },
      ],
      grants: [{ of: 'sandbox', may: ['GetItem', 'PutItem', 'UpdateItem'] }],
      secrets: ['provider-key'],
    },
  },
} as const satisfies Manifest;

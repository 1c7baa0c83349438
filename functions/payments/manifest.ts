import type { Manifest } from '#shared/manifest';

export const payments = {
  context: 'payments',
  core: true,
  functions: {
    charge: {
      entry: 'functions/payments/charge.lambda.ts',
      task: true,
      timeoutSeconds: 15,
      callsProvider: true,
      secrets: ['provider-key'],
      grants: [
        { of: 'payments', may: ['GetItem', 'PutItem'] },
        { of: 'orders', may: ['GetItem'] },
      ],
    },
    callbacks: {
      entry: 'functions/payments/callbacks.lambda.ts',
      routes: [{ method: 'POST', path: '/v1/providers/{provider}/callbacks', scope: 'public' }],
      timeoutSeconds: 15,
      callsProvider: true,
      secrets: ['provider-key', 'provider-callback-key'],
      grants: [{ of: 'payments', may: ['GetItem', 'PutItem'] }],
    },
    settle: {
      entry: 'functions/payments/settle.lambda.ts',
      task: true,
      timeoutSeconds: 25,
      callsProvider: true,
      secrets: ['provider-key'],
      grants: [
        { of: 'payments', may: ['GetItem', 'PutItem'] },
        { of: 'orders', may: ['GetItem'] },
      ],
    },
  },
  publishes: ['PaymentReceived.v1', 'PaymentDeclined.v1', 'PaymentRefunded.v1'],
} as const satisfies Manifest;

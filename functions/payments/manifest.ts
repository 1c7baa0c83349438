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

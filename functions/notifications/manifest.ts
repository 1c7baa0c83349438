import type { Manifest } from '#shared/manifest';

/** Tells customers what became of their orders. It may be down: events wait in its queue, and orders go on. */
export const notifications = {
  context: 'notifications',
  core: false,
  functions: {
    deliver: {
      entry: 'functions/notifications/deliver.lambda.ts',
      consumes: ['OrderConfirmed.v1', 'OrderCancelled.v1', 'OrderAwaitingPayment.v1'],
      grants: [
        { of: 'notifications', may: ['GetItem', 'PutItem'] },
        { of: 'orders', may: ['GetItem'] },
      ],
      sendsMail: true,
      concurrency: 5,
    },
  },
} as const satisfies Manifest;

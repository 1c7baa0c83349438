import type { Manifest } from '#platform/manifest';

/** Tells customers what happened to their orders. While it is down, events wait in its queue and orders continue. */
export const notifications = {
  context: 'notifications',
  core: false,
  functions: {
    deliver: {
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

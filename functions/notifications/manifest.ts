import { metrics } from '#notifications/errors';
import type { Manifest } from '#platform/manifest';

/** Tells customers what happened to their orders. While it is down, events wait in its queue and orders continue. */
export const notifications = {
  context: 'notifications',
  core: false,
  metrics,
  secrets: {
    'mailbox-digest-key': {
      description:
        'The key of the digests by which mails to one mailbox are counted. A new value starts the counts of the day again.',
    },
  },
  functions: {
    deliver: {
      consumes: ['OrderConfirmed.v1', 'OrderCancelled.v1', 'OrderAwaitingPayment.v1'],
      grants: [
        { of: 'notifications', may: ['GetItem', 'PutItem', 'UpdateItem'] },
        { of: 'orders', may: ['GetItem'] },
        { of: 'due', may: ['GetItem'] },
      ],
      secrets: ['mailbox-digest-key'],
      sendsMail: true,
      concurrency: 5,
    },
  },
} as const satisfies Manifest;

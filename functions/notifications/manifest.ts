import { KIND_TAG } from '#notifications/contract';
import { metrics } from '#notifications/errors';
import { type Manifest, mailTagPath } from '#platform/manifest';

/** Where SES's events say which mail they are about. */
const mail = {
  kind: mailTagPath(KIND_TAG),
  messageId: '$.detail.mail.messageId',
  sentAt: '$.detail.mail.timestamp',
};

/** Tells customers what happened to their orders. While it is down, events wait in its queue and orders continue. */
export const notifications = {
  context: 'notifications',
  core: false,
  metrics,
  secrets: {
    'mailbox-digest-key': {
      description:
        'The key of the digests by which mails to one mailbox are counted, and blocked addresses are known. A new value starts both again.',
    },
  },
  receives: {
    'MailBounced.v1': { mailEvent: 'Email Bounced', data: { ...mail, bounceType: '$.detail.bounce.bounceType' } },
    'MailComplained.v1': { mailEvent: 'Email Complaint Received', data: mail },
  },
  functions: {
    deliver: {
      consumes: [
        ...(['OrderConfirmed.v1', 'OrderCancelled.v1', 'OrderAwaitingPayment.v1'] as const),
        ...(['MailBounced.v1', 'MailComplained.v1'] as const),
      ],
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

import type { Metrics } from '#platform/manifest';

export const metrics = {
  MailsWithheld: {
    alarm: {
      text: "A tenant's mails to one mailbox reached the limit of the day, and further ones are withheld.",
      runbook: 'mails-withheld',
    },
  },
} as const satisfies Metrics;

import type { Metrics } from '#platform/manifest';

export const metrics = {
  MailsDelayed: {
    alarm: {
      text: 'SES takes no more mail: its quota of a day is spent, or mails have waited for an hour because of its rate.',
      runbook: 'mails-delayed',
    },
  },
  MailsWithheld: {
    alarm: {
      text: "A tenant's mails to one mailbox reached the limit of the day, and further ones are withheld.",
      runbook: 'mails-withheld',
    },
  },
} as const satisfies Metrics;

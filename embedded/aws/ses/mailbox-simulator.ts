import { ACCOUNT_ID, toArn } from '../arns.ts';
import type { ServiceEvent } from '../eventbridge/default-bus.ts';
import type { SentMail } from './sent-mail.ts';

const SIMULATOR = /^(?<mailbox>[^+@]+)(?:\+[^@]*)?@simulator\.amazonses\.com$/i;

const bounce = (bounceType: string, bounceSubType: string) => (emailAddress: string) => ({
  detailType: 'Email Bounced',
  eventType: 'Bounce',
  part: 'bounce',
  content: { bounceType, bounceSubType, bouncedRecipients: [{ emailAddress }] },
});
const complaint = (emailAddress: string) => ({
  detailType: 'Email Complaint Received',
  eventType: 'Complaint',
  part: 'complaint',
  content: { complaintFeedbackType: 'abuse', complainedRecipients: [{ emailAddress }] },
});

/** The mailboxes of SES's simulator that do not merely accept a mail. */
const mailboxes: Readonly<Record<string, ReturnType<typeof bounce> | typeof complaint>> = {
  bounce: bounce('Permanent', 'General'),
  suppressionlist: bounce('Permanent', 'Suppressed'),
  ooto: bounce('Transient', 'General'),
  complaint,
};

/**
 * What SES publishes about a mail to its mailbox simulator, such as `bounce@simulator.amazonses.com` or `complaint+2@...`, in the form that
 * AWS documents. Undefined for any other address.
 */
export const simulateMailbox = ({
  id,
  from,
  to,
  configurationSet = '',
  tags,
  sentAtMs,
}: SentMail): ServiceEvent | undefined => {
  const [address = ''] = to;
  const { mailbox = '' } = SIMULATOR.exec(address)?.groups ?? {};
  const respond = Object.hasOwn(mailboxes, mailbox.toLowerCase()) ? mailboxes[mailbox.toLowerCase()] : undefined;
  if (!respond) return undefined;
  const { detailType, eventType, part, content } = respond(address);
  const timestamp = new Date(sentAtMs).toISOString();
  const allTags = Object.entries({ ...tags, 'ses:configuration-set': configurationSet });
  return {
    ...{ source: 'aws.ses', detailType, resources: [toArn('ses', `configuration-set/${configurationSet}`)] },
    detail: {
      eventType,
      [part]: { ...content, feedbackId: `${id}-feedback`, timestamp },
      mail: {
        ...{ timestamp, source: from, sendingAccountId: ACCOUNT_ID, messageId: id, destination: to },
        headersTruncated: false,
        headers: [{ name: 'To', value: address }],
        commonHeaders: { to },
        tags: Object.fromEntries(allTags.map(([name, value]) => [name, [value]])),
      },
    },
  };
};

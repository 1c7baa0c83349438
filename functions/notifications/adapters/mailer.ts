import { SendEmailCommand } from '@aws-sdk/client-sesv2';
import { KIND_TAG } from '#notifications/contract';
import type { Notice, PostponedBecause, Receipt } from '#notifications/domain/delivery';
import type { Mail } from '#notifications/domain/mail';
import type { Mailer } from '#notifications/use-cases/ports';
import { toAsciiAddress } from '#platform/email';
import { MAIL_TAGS } from '#platform/manifest';
import type { BaseRuntime, Runtime } from '#platform/runtime/runtime';

type Send = (mail: Mail, notice: Notice) => Promise<Receipt | PostponedBecause>;

/**
 * Sends by SES or, on a stage that sends no mail, into a sink. SES takes addresses in ASCII only, so the domain is converted to
 * Punycode; an address with other characters before the @ cannot be mailed on any stage (ADR 73).
 */
export const mailer = (rt: Runtime<'mail'>): Mailer => {
  const from = rt.env('MAIL');
  const send = from === 'sink' ? sink(rt) : ses(rt, from);
  return async (mail, notice) => {
    const to = toAsciiAddress(mail.to);
    return to === undefined ? 'unmailable' : send({ ...mail, to }, notice);
  };
};

/** Sends nothing: the log shows the subject, and the delivery stores the mail. */
const sink =
  ({ logger }: BaseRuntime): Send =>
  async ({ to, subject, body }) => {
    logger.info('mail', { subject });
    return { to, subject, body };
  };

const utf8 = (Data: string) => ({ Data, Charset: 'UTF-8' });

/** The names under which SES refuses what exceeds a quota of the account; the first two are those of its second API. */
const THROTTLED = ['TooManyRequestsException', 'LimitExceededException', 'ThrottlingException', 'Throttling'];

/** Only the message tells the spent quota of a day from the exceeded rate of a second. */
const findPostponement = ({ name, message }: Error): PostponedBecause | undefined => {
  if (/daily message quota/i.test(message)) return 'quota_spent';
  return THROTTLED.includes(name) || /maximum sending rate/i.test(message) ? 'rate_exceeded' : undefined;
};

const ses =
  (rt: Runtime<'mail'>, FromEmailAddress: string): Send =>
  async ({ to, subject, body }, { tenantId, orderId, kind }) => {
    const tags = { [MAIL_TAGS.tenant]: tenantId, [MAIL_TAGS.aggregate]: orderId, [KIND_TAG]: kind };
    const command = new SendEmailCommand({
      FromEmailAddress,
      ConfigurationSetName: rt.env('MAIL_CONFIGURATION_SET'),
      EmailTags: Object.entries(tags).map(([Name, Value]) => ({ Name, Value })),
      Destination: { ToAddresses: [to] },
      Content: { Simple: { Subject: utf8(subject), Body: { Text: utf8(body) } } },
    });
    try {
      const { MessageId = '' } = await rt.mail.send(command);
      return { messageId: MessageId };
    } catch (error) {
      const because = findPostponement(error as Error);
      if (because) return because;
      throw error;
    }
  };

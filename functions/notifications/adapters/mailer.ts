import { SendEmailCommand } from '@aws-sdk/client-sesv2';
import type { Receipt } from '#notifications/domain/delivery';
import type { Mail } from '#notifications/domain/mail';
import type { Mailer } from '#notifications/use-cases/ports';
import { toAsciiAddress } from '#platform/email';
import type { BaseRuntime, Runtime } from '#platform/runtime/runtime';

type Send = (mail: Mail) => Promise<Receipt>;

/**
 * Sends by SES or, on a stage that sends no mail, into a sink. SES takes addresses in ASCII only, so the domain is converted to
 * Punycode; an address with other characters before the @ cannot be mailed on any stage (ADR 73).
 */
export const mailer = (rt: Runtime<'mail'>): Mailer => {
  const from = rt.env('MAIL');
  const send = from === 'sink' ? sink(rt) : ses(rt, from);
  return async (mail) => {
    const to = toAsciiAddress(mail.to);
    return to === undefined ? 'unmailable' : send({ ...mail, to });
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

const ses =
  (rt: Runtime<'mail'>, FromEmailAddress: string): Send =>
  async ({ to, subject, body }) => {
    const { MessageId = '' } = await rt.mail.send(
      new SendEmailCommand({
        FromEmailAddress,
        Destination: { ToAddresses: [to] },
        Content: { Simple: { Subject: utf8(subject), Body: { Text: utf8(body) } } },
      }),
    );
    return { messageId: MessageId };
  };

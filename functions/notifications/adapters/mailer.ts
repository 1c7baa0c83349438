import { SendEmailCommand } from '@aws-sdk/client-sesv2';
import type { Mailer } from '#notifications/use-cases/ports';
import type { BaseRuntime, Runtime } from '#platform/runtime/runtime';

/** Sends by SES or, on a stage that sends no mail, into a sink. */
export const mailer = (rt: Runtime<'mail'>): Mailer => {
  const from = rt.env('MAIL');
  return from === 'sink' ? sink(rt) : ses(rt, from);
};

/** Sends nothing: the log shows the mail, and the delivery stores it. */
const sink =
  ({ logger }: BaseRuntime): Mailer =>
  async ({ to, subject, body }) => {
    logger.info('mail', { to, subject });
    return { to, subject, body };
  };

const utf8 = (Data: string) => ({ Data, Charset: 'UTF-8' });

const ses =
  (rt: Runtime<'mail'>, FromEmailAddress: string): Mailer =>
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

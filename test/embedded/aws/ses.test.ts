import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { describe, expect, it } from 'vitest';
import { createRequestHandler } from '../../../embedded/aws/dispatch.ts';
import type { ServiceEvent } from '../../../embedded/aws/eventbridge/default-bus.ts';
import type { Caller } from '../../../embedded/aws/service.ts';
import type { SentMail } from '../../../embedded/aws/ses/sent-mail.ts';
import { createSes, type SendQuota } from '../../../embedded/aws/ses/ses.ts';
import { createVirtualClock } from '../../../embedded/aws/virtual-clock.ts';

type SendOptions = readonly [
  to?: readonly string[],
  from?: string,
  configurationSet?: string,
  tag?: { readonly Name: string; readonly Value: string },
];

const HOUR = 60 * 60_000;

const openSes = ({
  quota,
  caller = { name: 'test' },
}: {
  readonly quota?: SendQuota;
  readonly caller?: Caller;
} = {}) => {
  const clock = createVirtualClock();
  const mails: SentMail[] = [];
  const events: ServiceEvent[] = [];
  let ids = 0;
  const ses = createSes({
    ...{
      clock,
      configurationSets: [{ name: 'shop', onEvent: (event) => events.push(event) }, { name: 'silent' }],
      newId: () => `mail-${++ids}`,
      onMail: (mail) => mails.push(mail),
    },
    ...(quota && { quota }),
  });
  const client = new SESv2Client({
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
    requestHandler: createRequestHandler([ses], caller),
  });
  const send = async (...[to = ['a@example.com'], from = 'shop@example.com', set, tag]: SendOptions) => {
    const Content = { Simple: { Subject: { Data: 's' }, Body: { Text: { Data: 'b' } } } };
    const Destination = { ToAddresses: [...to] };
    const [FromEmailAddress, ConfigurationSetName] = [from, set];
    const EmailTags = tag && [tag];
    const command = new SendEmailCommand({
      ...{ FromEmailAddress, ConfigurationSetName, EmailTags, Destination, Content },
    });
    try {
      return (await client.send(command)).MessageId;
    } catch (error) {
      const { name, message } = error as Error;
      return `${name}: ${message}`;
    }
  };
  return { clock, mails, events, send };
};

const RATE = 'TooManyRequestsException: Maximum sending rate exceeded.';
const QUOTA = 'LimitExceededException: Daily message quota exceeded.';

describe('SES', () => {
  it('accepts any number of mails without a quota', async () => {
    const { send, mails, clock } = openSes();
    expect(await send()).toBe('mail-1');
    expect(await send()).toBe('mail-2');
    const mail = {
      from: 'shop@example.com',
      to: ['a@example.com'],
      configurationSet: undefined,
      tags: {},
      sentAtMs: clock.now(),
    };
    expect(mails).toEqual([
      { id: 'mail-1', ...mail },
      { id: 'mail-2', ...mail },
    ]);
  });

  it('refuses mails over its rate, and accepts as many as have become possible since', async () => {
    const { send, clock } = openSes({ quota: { perSecond: 2, perDay: 100 } });
    expect([await send(), await send(), await send()]).toEqual(['mail-1', 'mail-2', RATE]);
    await clock.advance(500);
    expect([await send(), await send()]).toEqual(['mail-3', RATE]);
  });

  it('refuses mails over its quota of the last 24 hours, which each mail leaves on its own', async () => {
    const { send, clock } = openSes({ quota: { perSecond: 100, perDay: 2 } });
    await send();
    await clock.advance(HOUR);
    expect([await send(), await send()]).toEqual(['mail-2', QUOTA]);
    await clock.advance(23 * HOUR);
    expect([await send(), await send()]).toEqual(['mail-3', QUOTA]);
    await clock.advance(HOUR);
    expect(await send()).toBe('mail-4');
  });

  it('takes exactly one recipient', async () => {
    const { send } = openSes();
    expect(await send([])).toMatch(/^NotSupported: /);
    expect(await send(['a@example.com', 'b@example.com'])).toMatch(/^NotSupported: /);
  });

  it('sends by a configuration set only if there is such a one', async () => {
    const { send, mails } = openSes();
    expect(await send(undefined, undefined, 'shop')).toBe('mail-1');
    expect(await send(undefined, undefined, 'another')).toMatch(/^NotFoundException: .*<another> does not exist\.$/);
    expect(mails.map(({ configurationSet }) => configurationSet)).toEqual(['shop']);
  });

  it.each([
    ['bounce@simulator.amazonses.com', ['Email Bounced Permanent']],
    ['BOUNCE+1@simulator.amazonses.com', ['Email Bounced Permanent']],
    ['suppressionlist@simulator.amazonses.com', ['Email Bounced Permanent']],
    ['ooto@simulator.amazonses.com', ['Email Bounced Transient']],
    ['complaint+a.b@simulator.amazonses.com', ['Email Complaint Received abuse']],
    ['success@simulator.amazonses.com', []],
    ['constructor@simulator.amazonses.com', []],
    ['bounce@simulator.amazonses.com.example', []],
    ['bounce@example.com', []],
  ])('simulates the mailbox %s, if the configuration set publishes its events: %o', async (to, published) => {
    const { send, events } = openSes();
    expect(await send([to])).toBe('mail-1');
    expect(await send([to], undefined, 'silent')).toBe('mail-2');
    expect(events).toEqual([]);
    expect(await send([to], undefined, 'shop', { Name: 'order', Value: 'o-1' })).toBe('mail-3');
    const details = events.map(({ source, detailType, detail }) => {
      const { mail, bounce, complaint } = detail as Record<string, Record<string, unknown> | undefined>;
      expect([source, mail?.['messageId'], mail?.['destination']]).toEqual(['aws.ses', 'mail-3', [to]]);
      expect(mail?.['tags']).toEqual({ order: ['o-1'], 'ses:configuration-set': ['shop'] });
      return `${detailType} ${bounce?.['bounceType'] ?? complaint?.['complaintFeedbackType']}`;
    });
    expect(details).toEqual(published);
  });

  it.each(['', 'a.b', 'a b', 'ü', 'a'.repeat(257)])(
    'takes only tags in the form that AWS documents: "%s"',
    async (text) => {
      const { send } = openSes();
      for (const tag of [
        { Name: text, Value: 'v' },
        { Name: 'n', Value: text },
      ])
        expect(await send(undefined, undefined, undefined, tag)).toMatch(/^BadRequestException: /);
    },
  );

  it('authorizes a caller by the address of the sender', async () => {
    const findDenial = (action: string, resources: readonly string[]) =>
      action === 'SendEmail' && resources.join() === 'shop@example.com' ? undefined : 'no';
    const { send } = openSes({ caller: { name: 'test', findDenial } });
    expect(await send()).toBe('mail-1');
    expect(await send(['a@example.com'], 'other@example.com')).toBe('AccessDeniedException: no');
  });
});

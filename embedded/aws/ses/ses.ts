import { createTokenBucket } from '../api-gateway/token-bucket.ts';
import type { ServiceEvent } from '../eventbridge/default-bus.ts';
import { authorize, type Clock, type Service, ServiceError } from '../service.ts';
import { simulateMailbox } from './mailbox-simulator.ts';
import type { SentMail } from './sent-mail.ts';

/** What an account may send. The day is the last 24 hours, as in SES: what was sent leaves it one by one. */
export type SendQuota = { readonly perSecond: number; readonly perDay: number };

type SendEmail = {
  readonly FromEmailAddress?: string;
  readonly ConfigurationSetName?: string;
  readonly EmailTags?: readonly { readonly Name: string; readonly Value: string }[];
  readonly Destination?: {
    readonly ToAddresses?: readonly string[];
    readonly CcAddresses?: readonly string[];
    readonly BccAddresses?: readonly string[];
  };
};

type ConfigurationSet = {
  readonly name: string;
  /** Its event destination: gets bounces and complaints. */
  readonly onEvent?: (event: ServiceEvent) => void;
};

const TAG = /^[A-Za-z0-9_-]{1,256}$/;

const DAY_MS = 24 * 60 * 60_000;

/** AWS documents the messages. The names and the statuses are those that users of its second API report. */
const dailyQuotaExceeded = () => new ServiceError('LimitExceededException', 'Daily message quota exceeded.');
const rateExceeded = () =>
  new ServiceError('TooManyRequestsException', 'Maximum sending rate exceeded.', { status: 429 });

type Options = {
  readonly clock: Clock;
  readonly newId: () => string;
  /** By default an account sends any number of mails. */
  readonly quota?: SendQuota;
  readonly configurationSets?: readonly ConfigurationSet[];
  /** Called with each mail that is accepted. */
  readonly onMail?: (mail: SentMail) => void;
};

/**
 * SES, as far as accepting mails goes: `SendEmail` of its second API, with one recipient. Nothing is delivered; mails to the mailbox simulator
 * of SES bounce, or are reported as spam, if a configuration set has an event destination. A caller is authorized by
 * the sender's address, as a role with the condition `ses:FromAddress` is.
 */
export const createSes = ({ clock, newId, quota, configurationSets = [], onMail }: Options): Service => {
  const bucket = quota && createTokenBucket({ rate: quota.perSecond, burst: quota.perSecond }, clock);
  /** When each mail of the last 24 hours was sent, the oldest first. */
  let sentAtMs: readonly number[] = [];

  const requireQuota = () => {
    if (!quota || !bucket) return;
    sentAtMs = sentAtMs.slice(sentAtMs.findLastIndex((at) => at <= clock.now() - DAY_MS) + 1);
    if (sentAtMs.length >= quota.perDay) throw dailyQuotaExceeded();
    if (!bucket.take()) throw rateExceeded();
  };

  return {
    targetPrefix: 'SimpleEmailService_v2',
    paths: { 'POST /v2/email/outbound-emails': 'SendEmail' },
    operations: {
      SendEmail(
        { FromEmailAddress: from = '', ConfigurationSetName: name, EmailTags = [], Destination = {} }: SendEmail,
        caller,
      ) {
        authorize(caller, 'SendEmail', [from]);
        const { ToAddresses: to = [], CcAddresses = [], BccAddresses = [] } = Destination;
        if (to.length !== 1 || CcAddresses.length > 0 || BccAddresses.length > 0)
          throw new ServiceError('NotSupported', 'not supported: a mail without exactly one recipient', {
            status: 501,
          });
        const configurationSet = configurationSets.find((set) => set.name === name);
        if (name !== undefined && !configurationSet)
          throw new ServiceError('NotFoundException', `Configuration set <${name}> does not exist.`, { status: 404 });
        for (const { Name, Value } of EmailTags)
          if (!TAG.test(Name) || !TAG.test(Value))
            throw new ServiceError('BadRequestException', `Invalid tag <${Name}>: use letters, digits, _ and -.`);
        requireQuota();
        const tags = Object.fromEntries(EmailTags.map(({ Name, Value }) => [Name, Value]));
        const mail = { id: newId(), from, to, configurationSet: name, tags, sentAtMs: clock.now() };
        if (quota) sentAtMs = [...sentAtMs, mail.sentAtMs];
        onMail?.(mail);
        const event = simulateMailbox(mail);
        if (event) configurationSet?.onEvent?.(event);
        return { MessageId: mail.id };
      },
    },
  };
};

import { createTokenBucket } from '../api-gateway/token-bucket.ts';
import { authorize, type Clock, type Service, ServiceError } from '../service.ts';

export type SentMail = {
  readonly id: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly configurationSet: string | undefined;
  readonly sentAtMs: number;
};

/** What an account may send. The day is the last 24 hours, as in SES: what was sent leaves it one by one. */
export type SendQuota = { readonly perSecond: number; readonly perDay: number };

type SendEmail = {
  readonly FromEmailAddress?: string;
  readonly ConfigurationSetName?: string;
  readonly Destination?: {
    readonly ToAddresses?: readonly string[];
    readonly CcAddresses?: readonly string[];
    readonly BccAddresses?: readonly string[];
  };
};

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
  /** The names of those that exist. They have no effect. */
  readonly configurationSets?: readonly string[];
  /** Called with each mail that is accepted. */
  readonly onMail?: (mail: SentMail) => void;
};

/**
 * SES, as far as accepting mails goes: `SendEmail` of its second API, with one recipient. Nothing is delivered. A caller is authorized by
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
        { FromEmailAddress: from = '', ConfigurationSetName: configurationSet, Destination = {} }: SendEmail,
        caller,
      ) {
        authorize(caller, 'SendEmail', [from]);
        const { ToAddresses: to = [], CcAddresses = [], BccAddresses = [] } = Destination;
        if (to.length !== 1 || CcAddresses.length > 0 || BccAddresses.length > 0)
          throw new ServiceError('NotSupported', 'not supported: a mail without exactly one recipient', {
            status: 501,
          });
        if (configurationSet !== undefined && !configurationSets.includes(configurationSet))
          throw new ServiceError('NotFoundException', `Configuration set <${configurationSet}> does not exist.`, {
            status: 404,
          });
        requireQuota();
        const mail = { id: newId(), from, to, configurationSet, sentAtMs: clock.now() };
        if (quota) sentAtMs = [...sentAtMs, mail.sentAtMs];
        onMail?.(mail);
        return { MessageId: mail.id };
      },
    },
  };
};

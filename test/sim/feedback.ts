import { unmarshall } from '@aws-sdk/util-dynamodb';
import { KIND_TAG } from '#notifications/contract';
import { CONFIGURATION_SET_TAG, MAIL_TAGS, names } from '#platform/manifest';
import type { StreamRecord } from '../../embedded/aws/dynamodb/dynamodb.ts';
import type { ServiceEvent } from '../../embedded/aws/eventbridge/default-bus.ts';
import { chanceOf } from './chance.ts';

type BounceType = 'Permanent' | 'Transient' | 'Undetermined';
/** A bounce, or a complaint. */
type FeedbackKind = BounceType | 'complaint';
export type PublishedFeedback = {
  readonly tenant: string;
  readonly orderId: string;
  readonly kind: string;
  readonly feedback: FeedbackKind;
};

type Options = {
  readonly seed: number;
  readonly publish: (event: ServiceEvent) => void;
  readonly onPublished: (published: PublishedFeedback) => void;
  readonly sleep: (ms: number) => Promise<void>;
  readonly now: () => number;
};

/** What comes of one mail, in this order unless the bus changes it. Events may repeat and contradict each other. */
const STORIES: readonly (readonly FeedbackKind[])[] = [
  ...([['Permanent'], ['Transient'], ['Undetermined'], ['complaint']] as const),
  ...([
    ['Permanent', 'complaint'],
    ['complaint', 'Permanent'],
    ['Transient', 'Permanent'],
    ['Permanent', 'Permanent'],
  ] as const),
];
const toItem = (image: StreamRecord['dynamodb']['NewImage']) =>
  image && unmarshall(image as Parameters<typeof unmarshall>[0]);

const MAX_DELAY_MS = 120_000;

const eventOf = ({ tenant, orderId, kind, feedback }: PublishedFeedback, at: string): ServiceEvent => {
  const isBounce = feedback !== 'complaint';
  return {
    ...{ source: 'aws.ses', detailType: isBounce ? 'Email Bounced' : 'Email Complaint Received', resources: [] },
    detail: {
      ...(isBounce ? { bounce: { bounceType: feedback } } : { complaint: {} }),
      mail: {
        ...{ messageId: `mail-of-${orderId}`, timestamp: at },
        tags: {
          [CONFIGURATION_SET_TAG]: [names('dev').mails],
          [MAIL_TAGS.tenant]: [tenant],
          [MAIL_TAGS.aggregate]: [orderId],
          [KIND_TAG]: [kind],
        },
      },
    },
  };
};

/**
 * The world's mail servers and customers: in two thirds of the seeds some of the mails that were sent bounce or are reported as spam, with
 * repeats, contradictions, and events of mails that nobody sent or that are another tenant's.
 */
export const createFeedback = ({ seed, publish, onPublished, sleep, now }: Options) => {
  const chance = chanceOf(seed, 'feedback');
  const share = chance.pick([0, 0.15, 0.5]);
  const tenants = new Set<string>();
  let pending = 0;

  const publishLater = async (published: PublishedFeedback, isKnown: boolean) => {
    pending += 1;
    await sleep(chance.int(0, MAX_DELAY_MS));
    pending -= 1;
    if (isKnown) onPublished(published);
    publish(eventOf(published, new Date(now()).toISOString()));
  };

  return {
    /** How many events are still to come. */
    pendingCount: () => pending,
    onTableChange({ dynamodb: { Keys, NewImage, OldImage } }: StreamRecord) {
      const [context, tenant = '', entity] = String(Keys?.['pk']?.S).split('#');
      if (context !== 'notifications' || entity !== 'delivery') return;
      tenants.add(tenant);
      const [old, next] = [OldImage, NewImage].map(toItem);
      if (share === 0 || next?.['status'] !== 'sent' || old?.['status'] !== 'sending') return;
      if (chance.number() >= share) return;
      const mail = { tenant, orderId: String(next['orderId']), kind: String(next['kind']) };
      for (const feedback of chance.pick(STORIES)) void publishLater({ ...mail, feedback }, true);
      const foreign = [...tenants].find((other) => other !== tenant);
      const unknown = foreign !== undefined && chance.number() < 0.5 ? { tenant: foreign } : { orderId: 'nobody' };
      if (chance.number() < 0.2) void publishLater({ ...mail, ...unknown, feedback: 'Permanent' }, false);
    },
  };
};

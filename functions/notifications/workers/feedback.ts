import { type BounceType, MailBounced, MailComplained } from '#notifications/contract';
import type { Bounce, Feedback, NoticeKind } from '#notifications/domain/delivery';
import { type Ports, type Refusal, recordFeedback } from '#notifications/use-cases/record-feedback';
import type { OrderId } from '#platform/kernel';
import type { EventType } from '#platform/manifest';
import type { Event } from '#platform/messaging/events';
import { type Consumer, consumer } from '#platform/messaging/worker';
import type { BaseRuntime } from '#platform/runtime/runtime';

/**
 * Why an event changes nothing, however often it is received. Without a delivery or an order, the tenant has not sent this mail, or it was
 * deleted or lost in a restore of the table: nobody could do anything about a dead letter, so the log alone says it.
 */
const UNKNOWN: readonly Refusal[] = ['delivery_not_found', 'order_not_found'];

const bounces: Readonly<Record<BounceType, Bounce>> = {
  Permanent: 'permanent',
  Transient: 'transient',
  Undetermined: 'transient',
};

type Mail = { readonly kind: NoticeKind; readonly messageId: string; readonly sentAt: string };
type Outcome = { readonly outcome: 'bounced'; readonly bounce: Bounce } | { readonly outcome: 'complained' };

/** Consume the bounces and complaints that SES reports. */
export const feedbackConsumers = (rt: BaseRuntime, ports: Ports): readonly Consumer[] => {
  const record = recordFeedback(ports);
  const handle = async <D extends Mail>(event: Event<EventType, D, OrderId>, outcome: Outcome) => {
    const { tenantId, aggregateId: orderId, at } = event;
    const { kind, messageId, sentAt } = event.data;
    const feedback: Feedback = { messageId, sentAt, at, ...outcome };
    const recorded = await record({ tenantId, orderId, kind }, feedback);
    if (recorded.ok) return rt.logger.info('mail came back', { tenantId, orderId, kind, ...outcome });
    if (recorded.error === 'already_recorded') return;
    if (!UNKNOWN.includes(recorded.error)) throw new Error(`the feedback could not be recorded: ${recorded.error}`);
    rt.logger.warn('feedback of an unknown mail', { tenantId, orderId, kind, messageId, because: recorded.error });
  };
  return [
    consumer(MailBounced, (event) => handle(event, { outcome: 'bounced', bounce: bounces[event.data.bounceType] })),
    consumer(MailComplained, (event) => handle(event, { outcome: 'complained' })),
  ];
};

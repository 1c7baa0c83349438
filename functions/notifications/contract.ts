import * as z from 'zod/mini';
import { defineEvent } from '#platform/messaging/events';
import { InstantSchema, OrderIdSchema, StringSchema } from '#platform/schemas';

/** The tag of a mail that says what its customer is notified of. */
export const KIND_TAG = 'kind';

/** What a customer is notified of, each once per order. */
export const NOTICE_KINDS = ['confirmed', 'cancelled', 'awaiting_payment'] as const;

/** `Transient` includes full mailboxes and automatic replies, such as those of people on holiday. */
const BOUNCE_TYPES = ['Permanent', 'Transient', 'Undetermined'] as const;
export type BounceType = (typeof BOUNCE_TYPES)[number];

/** The mail that an event of SES is about. */
const reportedMail = () => ({ kind: z.enum(NOTICE_KINDS), messageId: StringSchema, sentAt: InstantSchema });

/** A mail about the order did not arrive. A rule of the account's default bus makes it of SES's event (ADR 103). */
export const MailBounced = defineEvent(
  'MailBounced.v1',
  () => z.object({ ...reportedMail(), bounceType: z.enum(BOUNCE_TYPES) }),
  OrderIdSchema,
);

/** Who got a mail about the order reported it as spam. */
export const MailComplained = defineEvent('MailComplained.v1', () => z.object(reportedMail()), OrderIdSchema);

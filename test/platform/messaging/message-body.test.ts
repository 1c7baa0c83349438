import { expect, it } from 'vitest';
import { messageGroupOf } from '#platform/messaging/message-body';

it.each([
  ['an event', { 'detail-type': 'ThingMade.v1', detail: { tenantId: 't1' } }, 't1'],
  ['an event without a tenant', { detail: {} }, undefined],
  ['an event of a tenant whose id SQS refuses as group', { detail: { tenantId: 'a tenant' } }, undefined],
  ['an event of a tenant whose id is too long for a group', { detail: { tenantId: 'x'.repeat(129) } }, undefined],
  ['an event whose tenant is no text', { detail: { tenantId: 7 } }, undefined],
])('the message group of %s', (_, message, group) => expect(messageGroupOf(JSON.stringify(message))).toBe(group));

it('has no message group for what is not JSON', () => expect(messageGroupOf('poison')).toBeUndefined());

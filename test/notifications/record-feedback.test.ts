import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Delivery, type Feedback, startDelivery } from '#notifications/domain/delivery';
import { type Ports, recordFeedback } from '#notifications/use-cases/record-feedback';
import type { TenantId } from '#platform/kernel';
import {
  facts,
  inMemoryBlockedAddresses,
  inMemoryDeliveries,
  noticeOf,
  orderId,
  tenantId,
} from './fixtures/notices.ts';

const sentAt = '2026-11-01T00:00:00.000Z';
const at = '2026-11-01T00:01:00Z';
const notice = noticeOf('confirmed');
const report = { messageId: 'm1', sentAt, at };
const bounced: Feedback = { ...report, outcome: 'bounced', bounce: 'permanent' };
const delayed: Feedback = { ...report, outcome: 'bounced', bounce: 'transient' };
const complained: Feedback = { ...report, outcome: 'complained' };
const base = { ...notice, version: 2 };
const sent: Delivery = { ...base, status: 'sent', sentAt, receipt: { messageId: 'm1' } };

const createRecorder = (stored: Delivery | undefined = sent, change: Partial<Ports> = {}) => {
  const { rows, deliveries } = inMemoryDeliveries();
  const { rows: blocked, blockedAddresses } = inMemoryBlockedAddresses();
  if (stored) rows.set(`${stored.tenantId}.${stored.orderId}.${stored.kind}`, stored);
  const ports: Ports = { orders: async () => facts(), deliveries, blockedAddresses, ...change };
  return {
    rows,
    blocked,
    deliveries,
    blockedAddresses,
    record: recordFeedback(ports),
    delivery: () => [...rows.values()][0],
  };
};
const key = `${tenantId} ada@example.com`;

describe('the feedback on a mail', () => {
  it.each([
    {
      name: 'a bounce for good',
      feedback: bounced,
      shown: { status: 'bounced', bouncedAt: at, bounce: 'permanent' },
      because: 'bounced',
    },
    {
      name: 'a bounce that may pass',
      feedback: delayed,
      shown: { status: 'bounced', bouncedAt: at, bounce: 'transient' },
      because: undefined,
    },
    {
      name: 'a complaint',
      feedback: complained,
      shown: { status: 'complained', complainedAt: at },
      because: 'complained',
    },
  ] as const)(
    '$name shows on the delivery, and blocks the address because of $because',
    async ({ feedback, shown, because }) => {
      const { record, delivery, blocked } = createRecorder();
      expect(await record(notice, feedback)).toEqual({ ok: true, value: 'recorded' });
      expect(delivery()).toEqual({ ...base, version: 3, sentAt, receipt: { messageId: 'm1' }, ...shown });
      expect([...blocked]).toEqual(because ? [[key, because]] : []);
    },
  );

  it('changes nothing if it repeats, also after an operator has unblocked the address', async () => {
    const { record, rows, blocked } = createRecorder();
    await record(notice, bounced);
    const before = new Map(rows);
    blocked.clear();
    expect(await record(notice, bounced)).toEqual({ ok: false, error: 'already_recorded' });
    expect([rows, blocked.size]).toEqual([before, 0]);
  });

  it('is of no mail that is unknown: without a delivery, or without its order', async () => {
    const unknown = createRecorder();
    const otherNotice = { ...notice, tenantId: 't2' as TenantId };
    expect(await unknown.record(otherNotice, bounced)).toEqual({ ok: false, error: 'delivery_not_found' });
    expect([unknown.delivery(), unknown.blocked.size]).toEqual([sent, 0]);
    const orderless = createRecorder(sent, { orders: async () => undefined });
    expect(await orderless.record(notice, complained)).toEqual({ ok: false, error: 'order_not_found' });
    expect([orderless.delivery(), orderless.blocked.size]).toEqual([sent, 0]);
  });

  it('is recorded before the sender records its mail, which is not sent again then', async () => {
    const sending: Delivery = { ...base, status: 'sending', leasedUntil: sentAt };
    const { record, delivery, deliveries } = createRecorder(sending);
    expect(await record(notice, bounced)).toEqual({ ok: true, value: 'recorded' });
    expect(delivery()).toMatchObject({ status: 'bounced', sentAt, receipt: { messageId: 'm1' } });
    expect(await deliveries.update(sending, sent)).toBe(false);
    const lease = { at, leaseMs: 1 };
    expect(startDelivery(notice, delivery(), lease)).toEqual({ ok: false, error: 'already_sent' });
  });

  it('of a second sender whose mail was withheld says that the first one had sent it', async () => {
    const withheld: Delivery = { ...base, status: 'withheld', withheldAt: at, because: 'bounced' };
    const { record, delivery } = createRecorder(withheld);
    expect(await record(notice, complained)).toEqual({ ok: true, value: 'recorded' });
    expect(delivery()).toMatchObject({ status: 'complained', receipt: { messageId: 'm1' } });
  });

  it('is received again if the delivery has changed since it was read', async () => {
    const { deliveries } = inMemoryDeliveries();
    const { record, blocked } = createRecorder(sent, {
      deliveries: { ...deliveries, find: async () => sent, update: async () => false },
    });
    expect(await record(notice, bounced)).toEqual({ ok: false, error: 'changed_by_another' });
    expect([...blocked]).toEqual([[key, 'bounced']]);
  });

  // Fails if a bounce replaces a complaint, if a transient bounce replaces one for good, or if the order of events matters.
  it('is worth the same in any order and however often each event comes', () =>
    fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([bounced, delayed, complained], { minLength: 1 }),
        fc.array(fc.nat({ max: 2 }), { maxLength: 6 }),
        async (feedback, repeats) => {
          const { record, delivery, blocked } = createRecorder();
          const events = [...feedback, ...repeats.flatMap((n) => feedback[n] ?? [])];
          for (const event of events) await record(notice, event);
          const worst = [complained, bounced, delayed].find((event) => feedback.includes(event));
          expect(delivery()).toMatchObject({ orderId, status: worst?.outcome });
          if (worst !== complained)
            expect(delivery()).toMatchObject({ bounce: worst === bounced ? 'permanent' : 'transient' });
          expect(blocked.get(key)).toBe(worst === delayed ? undefined : worst?.outcome);
        },
      ),
    ));
});

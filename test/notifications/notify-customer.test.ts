import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LEASE_MS, notifyCustomer, type Ports } from '#notifications/use-cases/notify-customer';
import { addMs } from '#platform/kernel';
import {
  facts,
  inMemoryAllowances,
  inMemoryBlockedAddresses,
  inMemoryDeliveries,
  inMemoryMailer,
  noticeOf,
  orderId,
  tenantId,
} from './fixtures/notices.ts';

const start = '2026-11-01T00:00:00.000Z';
const notice = noticeOf('confirmed');

const createNotifier = (change: Partial<Ports> = {}, maxMails = 20) => {
  const { rows, deliveries } = inMemoryDeliveries();
  const { mails, mailer } = inMemoryMailer();
  const { allowances } = inMemoryAllowances(maxMails);
  const time = { now: start };
  const { blockedAddresses } = inMemoryBlockedAddresses();
  const ports: Ports = {
    ...{ orders: async () => facts(), deliveries, allowances, blockedAddresses, mailer, now: () => time.now },
    ...change,
  };
  return { rows, blockedAddresses, mails, time, deliveries, mailer, ports, notify: notifyCustomer(ports) };
};

describe('a customer', () => {
  it('is notified once, for any number of deliveries of the event', async () => {
    const { notify, mails, rows } = createNotifier();
    expect(await notify(notice)).toEqual({ ok: true, value: 'sent' });
    expect(await notify(notice)).toEqual({ ok: false, error: 'already_sent' });
    expect(mails).toHaveLength(1);
    expect([...rows.values()]).toEqual([
      { tenantId, orderId, kind: 'confirmed', version: 2, status: 'sent', sentAt: start, receipt: { messageId: 'm1' } },
    ]);
  });

  it('is notified of each kind of event separately', async () => {
    const { notify, mails } = createNotifier({ orders: async () => facts({ status: 'cancelled' }) });
    await notify(noticeOf('cancelled'));
    expect(await notify(noticeOf('awaiting_payment'))).toEqual({ ok: false, error: 'outdated' });
    expect(mails).toHaveLength(1);
  });

  it('is notified by one of two concurrent workers', async () => {
    const { notify, mails } = createNotifier();
    const results = await Promise.all([notify(notice), notify(notice)]);
    expect(results.map((result) => (result.ok ? result.value : result.error)).sort()).toEqual(['being_sent', 'sent']);
    expect(mails).toHaveLength(1);
  });

  it('is notified by another worker once the lease of a failed one has expired, and not before', async () => {
    const fails = [true, false];
    const { mails, mailer } = inMemoryMailer();
    const { notify, time } = createNotifier({
      mailer: async (mail) => {
        if (fails.shift()) throw new Error('throttled');
        return mailer(mail);
      },
    });
    await expect(notify(notice)).rejects.toThrow('throttled');
    time.now = addMs(start, LEASE_MS - 1);
    expect(await notify(notice)).toEqual({ ok: false, error: 'being_sent' });
    time.now = addMs(start, LEASE_MS);
    expect(await notify(notice)).toEqual({ ok: true, value: 'sent' });
    expect(mails).toHaveLength(1);
  });

  it.each(['rate_exceeded', 'quota_spent'] as const)(
    'is notified later if the mail service says %s, without waiting for a lease, and the mail counts once',
    async (because) => {
      const refusals = [because, because];
      const { mails, mailer } = inMemoryMailer();
      const postponing: Ports['mailer'] = async (mail) => refusals.shift() ?? mailer(mail);
      const { notify, rows } = createNotifier({ mailer: postponing }, 1);
      for (let n = 0; n < 2; n += 1) expect(await notify(notice)).toEqual({ ok: false, error: because });
      expect([...rows.values()]).toMatchObject([{ status: 'sending', leasedUntil: start }]);
      expect(await notify(notice)).toEqual({ ok: true, value: 'sent' });
      expect(mails).toHaveLength(1);
    },
  );

  it('gets no mail over the allowance of the mailbox, which is recorded and stays so', async () => {
    const { notify, mails, rows, time } = createNotifier({}, 0);
    expect(await notify(notice)).toEqual({ ok: true, value: 'withheld' });
    expect([...rows.values()]).toEqual([
      {
        ...{ tenantId, orderId, kind: 'confirmed', version: 2 },
        ...{ status: 'withheld', withheldAt: start, because: 'over_allowance' },
      },
    ]);
    time.now = addMs(start, 24 * 60 * 60_000);
    expect(await notify(notice)).toEqual({ ok: false, error: 'already_withheld' });
    expect(mails).toEqual([]);
  });

  it.each(['bounced', 'complained'] as const)(
    'gets no mail at an address that has %s, which is recorded',
    async (because) => {
      const { notify, mails, rows, blockedAddresses } = createNotifier({}, 0);
      await blockedAddresses.block({ tenantId, email: 'ada@example.com' }, because);
      expect(await notify(notice)).toEqual({ ok: true, value: 'withheld' });
      // not because of the allowance, in which the mail takes no place
      expect([...rows.values()]).toMatchObject([{ status: 'withheld', withheldAt: start, because }]);
      expect(await notify(notice)).toEqual({ ok: false, error: 'already_withheld' });
      expect(mails).toEqual([]);
    },
  );

  it('counts as one mail however often the mailer fails', async () => {
    const fails = [true, true, true, false];
    const { mails, mailer } = inMemoryMailer();
    const failing: Ports['mailer'] = async (mail) => {
      if (fails.shift()) throw new Error('throttled');
      return mailer(mail);
    };
    const { notify, time } = createNotifier({ mailer: failing }, 1);
    for (let n = 0; n < 3; n += 1) {
      await expect(notify(notice)).rejects.toThrow('throttled');
      time.now = addMs(time.now, LEASE_MS);
    }
    expect(await notify(notice)).toEqual({ ok: true, value: 'sent' });
    expect(mails).toHaveLength(1);
  });

  it('gets no mail if the sender ends before it records the mail as withheld; a later delivery records it', async () => {
    const { deliveries } = inMemoryDeliveries();
    const update: Ports['deliveries']['update'] = async (from, to) => {
      if (to.status === 'withheld') throw new Error('crashed');
      return deliveries.update(from, to);
    };
    const { allowances } = inMemoryAllowances(0);
    const crashing = createNotifier({ deliveries: { ...deliveries, update }, allowances });
    await expect(crashing.notify(notice)).rejects.toThrow('crashed');
    const { notify, time } = createNotifier({ deliveries, allowances });
    expect(await notify(notice)).toEqual({ ok: false, error: 'being_sent' });
    time.now = addMs(start, LEASE_MS);
    expect(await notify(notice)).toEqual({ ok: true, value: 'withheld' });
  });

  it('is not notified of an order that does not exist', async () => {
    const { notify, mails, rows } = createNotifier({ orders: async () => undefined });
    expect(await notify(notice)).toEqual({ ok: false, error: 'order_not_found' });
    expect([mails.length, rows.size]).toEqual([0, 0]);
  });
});

type Point = 'none' | 'before' | 'between' | 'after';

describe('for any number of deliveries, overlaps of workers and crashes', () => {
  // `crash` ends a worker before the mail, between the mail and its record, or after the record; the scheduler decides how workers
  // overlap.
  const anyWorkers = (points: fc.Arbitrary<Point>) =>
    fc.array(fc.record({ crash: points, wait: fc.nat({ max: 2 * LEASE_MS }) }), { minLength: 1, maxLength: 12 });

  const play = async (scheduler: fc.Scheduler, workers: readonly { crash: Point; wait: number }[]) => {
    const notifier = createNotifier();
    const scheduled = <T>(label: string, call: () => Promise<T>): Promise<T> =>
      scheduler.schedule(Promise.resolve(), label).then(call);
    const crashed = () => new Promise<never>((_, reject) => reject(new Error('crashed')));
    const runWorker = (crash: Point) =>
      notifyCustomer({
        ...notifier.ports,
        deliveries: {
          find: (key) => scheduled('find', () => notifier.deliveries.find(key)),
          update: (from, to) =>
            scheduled('update', async () => {
              if (to.status === 'sent' && crash === 'between') return crashed();
              const isUpdated = await notifier.deliveries.update(from, to);
              return to.status === 'sent' && crash === 'after' ? crashed() : isUpdated;
            }),
        },
        mailer: (mail) => scheduled('mail', () => (crash === 'before' ? crashed() : notifier.mailer(mail))),
      })(notice).catch((error: Error) => {
        if (error.message !== 'crashed') throw error;
      });
    const running: Promise<unknown>[] = [];
    for (const { crash, wait } of workers) {
      running.push(runWorker(crash));
      // a worker never runs longer than its lease: workers in flight end before the clock passes it
      if (wait >= LEASE_MS) await scheduler.waitIdle();
      notifier.time.now = addMs(notifier.time.now, wait >= LEASE_MS ? wait : 0);
    }
    await scheduler.waitIdle();
    await Promise.all(running);
    // the queue redelivers the message until a worker succeeds
    notifier.time.now = addMs(notifier.time.now, LEASE_MS);
    await notifier.notify(notice);
    expect([...notifier.rows.values()]).toMatchObject([{ status: 'sent' }]);
    return notifier.mails.length;
  };

  // Fails if a failed claim counts as success, or if `sent` is recorded before the mailer has the mail.
  it('the customer is notified at least once', () =>
    fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        anyWorkers(fc.constantFrom('none', 'before', 'between', 'after')),
        async (scheduler, workers) => {
          expect(await play(scheduler, workers)).toBeGreaterThanOrEqual(1);
        },
      ),
    ));

  // Fails if the lease is ignored, if the claim is not conditional, and if a sent mail is sent again.
  it('and exactly once, if no worker crashes between the mail and its record', () =>
    fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        anyWorkers(fc.constantFrom('none', 'before', 'after')),
        async (scheduler, workers) => {
          expect(await play(scheduler, workers)).toBe(1);
        },
      ),
    ));
});

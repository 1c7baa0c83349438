import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LEASE_MS, notifyCustomer, type Ports } from '#notifications/use-cases/notify-customer';
import { addMs } from '#platform/kernel';
import { facts, noticeOf, orderId, postbox, storedDeliveries, tenantId } from './fixtures/shop.ts';

const start = '2026-11-01T00:00:00.000Z';
const notice = noticeOf('confirmed');

const notifying = (change: Partial<Ports> = {}) => {
  const { rows, deliveries } = storedDeliveries();
  const { mails, mailer } = postbox();
  const time = { now: start };
  const ports: Ports = { orders: async () => facts(), deliveries, mailer, now: () => time.now, ...change };
  return { rows, mails, time, deliveries, mailer, ports, notify: notifyCustomer(ports) };
};

describe('a customer', () => {
  it('is told once, however often the event comes', async () => {
    const { notify, mails, rows } = notifying();
    expect(await notify(notice)).toEqual({ ok: true, value: 'sent' });
    expect(await notify(notice)).toEqual({ ok: false, error: 'already_sent' });
    expect(mails).toHaveLength(1);
    expect([...rows.values()]).toEqual([
      { tenantId, orderId, kind: 'confirmed', version: 2, status: 'sent', sentAt: start, receipt: { messageId: 'm1' } },
    ]);
  });

  it('is told of each thing by itself', async () => {
    const { notify, mails } = notifying({ orders: async () => facts({ status: 'cancelled' }) });
    await notify(noticeOf('cancelled'));
    expect(await notify(noticeOf('awaiting_payment'))).toEqual({ ok: false, error: 'overtaken' });
    expect(mails).toHaveLength(1);
  });

  it('is told by one of two at once', async () => {
    const { notify, mails } = notifying();
    const told = await Promise.all([notify(notice), notify(notice)]);
    expect(told.map((one) => (one.ok ? one.value : one.error)).sort()).toEqual(['being_sent', 'sent']);
    expect(mails).toHaveLength(1);
  });

  it('is told by another once the lease of who failed has run out, and not before', async () => {
    const fails = [true, false];
    const { mails, mailer } = postbox();
    const { notify, time } = notifying({
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

  it('is told nothing of an order that is not there', async () => {
    const { notify, mails, rows } = notifying({ orders: async () => undefined });
    expect(await notify(notice)).toEqual({ ok: false, error: 'order_not_found' });
    expect([mails.length, rows.size]).toEqual([0, 0]);
  });
});

type Point = 'none' | 'before' | 'between' | 'after';

describe('however often an event comes, however its workers overlap and wherever they end', () => {
  // `crash` ends an attempt before the mail, between mail and mark, or after the mark; attempts overlap as the scheduler has it.
  const attempts = (points: fc.Arbitrary<Point>) =>
    fc.array(fc.record({ crash: points, wait: fc.nat({ max: 2 * LEASE_MS }) }), { minLength: 1, maxLength: 12 });

  const play = async (scheduler: fc.Scheduler, tries: readonly { crash: Point; wait: number }[]) => {
    const world = notifying();
    const at = <T>(label: string, act: () => Promise<T>): Promise<T> =>
      scheduler.schedule(Promise.resolve(), label).then(act);
    const dead = () => new Promise<never>((_, reject) => reject(new Error('crashed')));
    const one = (crash: Point) =>
      notifyCustomer({
        ...world.ports,
        deliveries: {
          find: (key) => at('find', () => world.deliveries.find(key)),
          save: (from, to) =>
            at('save', async () => {
              if (to.status === 'sent' && crash === 'between') return dead();
              const saved = await world.deliveries.save(from, to);
              return to.status === 'sent' && crash === 'after' ? dead() : saved;
            }),
        },
        mailer: (mail) => at('mail', () => (crash === 'before' ? dead() : world.mailer(mail))),
      })(notice).catch((error: Error) => {
        if (error.message !== 'crashed') throw error;
      });
    const running: Promise<unknown>[] = [];
    for (const { crash, wait } of tries) {
      running.push(one(crash));
      // an attempt never outlives its lease: what is under way ends before the time moves past it
      if (wait >= LEASE_MS) await scheduler.waitIdle();
      world.time.now = addMs(world.time.now, wait >= LEASE_MS ? wait : 0);
    }
    await scheduler.waitIdle();
    await Promise.all(running);
    // the queue brings the message again until a worker takes it for done
    world.time.now = addMs(world.time.now, LEASE_MS);
    await world.notify(notice);
    expect([...world.rows.values()]).toMatchObject([{ status: 'sent' }]);
    return world.mails.length;
  };

  // Red when a failed claim is taken for success, or when `sent` is marked before the mailer has the mail.
  it('the customer is told at least once', () =>
    fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        attempts(fc.constantFrom('none', 'before', 'between', 'after')),
        async (scheduler, tries) => {
          expect(await play(scheduler, tries)).toBeGreaterThanOrEqual(1);
        },
      ),
    ));

  // Red when the lease is not looked at, when the claim is not conditional, and when `sent` is sent again.
  it('and exactly once, where none ends between mail and mark', () =>
    fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        attempts(fc.constantFrom('none', 'before', 'after')),
        async (scheduler, tries) => {
          expect(await play(scheduler, tries)).toBe(1);
        },
      ),
    ));
});
